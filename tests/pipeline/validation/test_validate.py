import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch
from torch.distributions import Independent, StudentT

import pipeline.validation.validate.measure as measuring
from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.core.statistics import mean_t
from pipeline.core.storage import read_json
from pipeline.core.streams import StreamFactory
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.models.plain import VAE
from pipeline.numbers.collect import score_numbers
from pipeline.numbers.validate import bias_of_scores, errors, validate_numbers
from pipeline.validation.validate.measure import measure, sample
from pipeline.validation.validate.reference import reference
from pipeline.validation.validate.tables import CURVES, METHOD_ESTIMATES, REFERENCE, STUDY, read_method_estimates
from stages.shared.layout import Layout
from tests.support.densities import every_image, small_vae
from tests.support.parameters import PARAMS
from tests.support.tiny import ROOT

SMALL = {
    "encoder_draws": 400,
    "curve": (50, 100),
    "starts": 6,
    "newton_steps": 8,
    "refine_rounds": 6,
    "draws": 4000,
    "max_draws": 8000,
}


def scored(images, settings):
    """Rows as a model's scores have them, their likelihood ten nats off."""
    return pd.DataFrame(
        {
            "id": np.arange(len(images), dtype=np.int32),
            "label": np.int8(0),
            "subset": "test",
            "draws": np.int32(256),
            "passes": np.float32(600),
            "log_likelihood": -10.0,
            "standard_error": 0.1,
            "pareto_k": 0.3,
        }
    )


@pytest.fixture(scope="module")
def measured():
    """What every method says of some of all images of eight pixels, and their exact likelihood."""
    params, model, images = PARAMS, small_vae(pixels=8, scale=8.0), every_image(8)[::5]
    score = params.score.model_copy(update={"prior_points": 500})
    settings = params.validation.model_copy(update=SMALL)
    chosen, source = scored(images, settings), partial(stream, 0, "accuracy")
    with torch.no_grad():
        table = measure(model, images, chosen, score, settings, source, torch.device("cpu"), lambda images: None)
        axis = torch.linspace(-7, 7, 401)
        grid = torch.cartesian_prod(axis, axis)[:, None]
        joint = model.likelihood(grid).log_prob(torch.from_numpy(images).float()) + model.prior.log_prob(grid)
    return table, torch.logsumexp(joint.double(), dim=0).numpy() + 2 * math.log(14 / 400)


def test_the_reference_is_the_integral(measured):
    table, exact = measured
    found = table[table["method"] == REFERENCE].sort_values("id")
    error = found["log_likelihood"].to_numpy() - exact
    assert np.abs(error / found["standard_error"]).max() < 5
    assert np.abs(error).max() < 0.1


def test_every_method_has_every_image_once_at_each_number_of_draws(measured):
    counts = measured[0].groupby(["method", "draws"], observed=True).size()
    assert (counts.drop(REFERENCE, level="method") == 52).all()
    assert {(method, draws) for method, draws in counts.index if method in CURVES} == {
        ("encoder", 50), ("encoder", 100), ("encoder", 400), *((m, k) for m in CURVES[1:] for k in (50, 100)),
    }  # fmt: skip
    assert list(measured[0].columns) == METHOD_ESTIMATES.names


def test_the_mode_costs_its_climb_and_its_draws_and_the_encoder_one_pass_more_than_its_draws(measured):
    passes = measured[0].groupby(["method", "draws"], observed=True)["passes"].unique()
    assert passes["mode", 50].tolist() == [1 + 9 * 3 + 50]
    assert passes["encoder", 400].tolist() == [1 + 400]


def test_the_refined_mixture_errs_least_and_the_scores_are_taken_as_they_are(measured):
    found = errors(measured[0]).set_index(["method", "draws"])
    assert found.loc[("modes", 100), "rmse"] < 0.5 * found.loc[("encoder", 100), "rmse"]
    assert found.loc[(STUDY, 0), "worst"] > 1
    assert found.loc[(STUDY, 0), "passes"] == 600


def test_the_reference_searches_from_points_that_no_other_method_has(monkeypatch):
    params, images, screens = PARAMS, every_image(8)[:2], {}
    settings = params.validation.model_copy(
        update=SMALL | {"encoder_draws": 20, "curve": (10,), "draws": 20, "max_draws": 20}
    )

    def listen(name):
        plain = getattr(measuring, name)
        monkeypatch.setattr(
            measuring, name, lambda one, screen, *rest: screens.setdefault(name, screen) and plain(one, screen, *rest)
        )

    listen("reference")
    listen("curves")
    score, source = params.score.model_copy(update={"prior_points": 50}), partial(stream, 0)
    chosen = scored(images, settings)
    measure(small_vae(pixels=8), images, chosen, score, settings, source, torch.device("cpu"), lambda images: None)
    assert not torch.isin(screens["reference"].points, screens["curves"].points).any()


class HeavyTails(VAE):
    """A VAE whose prior is Student's t distribution in each dimension."""

    @property
    def prior(self):
        return Independent(StudentT(torch.full((2,), 5.0)), 1)


@pytest.mark.parametrize("kind", [VAE, HeavyTails])
@torch.no_grad()
def test_draws_are_added_to_the_reference_until_there_are_enough_and_none_serves_twice(kind):
    params = PARAMS.validation.model_copy(update=SMALL | {"draws": 50, "max_draws": 200})
    model, x = small_vae(pixels=8, scale=8.0), torch.from_numpy(every_image(8)[77:78]).float()
    model.__class__ = kind
    numbers = StreamFactory([partial(stream, 0)], torch.device("cpu"))
    screen = Screen(model, torch.randn(100, 2, generator=torch.Generator().manual_seed(0)))
    image = Images(model, x, torch.zeros(1, dtype=torch.long), numbers)
    most, least = (
        reference(image, screen, params.model_copy(update={"target_standard_error": error})) for error in (1e-9, 10.0)
    )
    assert len(torch.unique(most.log_w)) == len(most.log_w) == 200
    assert torch.equal(least.log_w, most.log_w[:50])
    assert most.passes - least.passes == 150


def test_errors_are_those_of_the_differences():
    truth = {"method": REFERENCE, "draws": 9, "passes": 9.0, "log_likelihood": -5.0, "standard_error": 0.0}
    rows = [truth | {"id": image} for image in range(2)]
    rows += [
        truth | {"id": image, "method": "encoder", "log_likelihood": value, "standard_error": 1.0}
        for image, value in enumerate((-8.0, -4.0))
    ]
    table = pd.DataFrame(rows).assign(pareto_k=0.9)
    found = errors(table).iloc[0]
    assert found["rmse"] == pytest.approx(math.sqrt(5))
    assert found["rmse_but_worst"] == pytest.approx(1)
    assert found["worst"] == 3
    assert [covered(table, level) for level in (0.5, 0.95, 0.999)] == [0, 50, 100]


def test_the_references_own_error_widens_the_intervals():
    truth = {"method": REFERENCE, "draws": 9, "passes": 9.0, "log_likelihood": -5.0, "id": 0, "pareto_k": 0.1}
    told = truth | {"method": "encoder", "log_likelihood": -6.0, "standard_error": 0.3}
    for error, percent in ((0.0, 0), (0.4, 0), (0.5, 100)):
        table = pd.DataFrame([truth | {"standard_error": error}, told])
        assert covered(table, 0.95) == percent


def covered(table, confidence):
    """Return the share of the encoder's intervals that hold the reference, as the numbers have it."""
    name, settings = PARAMS.roles.small, PARAMS.validation.model_copy(update={"encoder_draws": 9})
    intervals = PARAMS.intervals.model_copy(update={"confidence": confidence})
    params = PARAMS.model_copy(update={"validation": settings, "intervals": intervals})
    return validate_numbers(params, {name: table.assign(subset="test")})[f"validate.{name}.encoder.coverage"]


def estimates(off, encoder_off):
    """Return estimates of images of `test` and of a tail, with these errors of the study's and of the encoder's."""
    subsets = [name for name, values in off.items() for _ in values]
    truth = pd.DataFrame({"id": range(len(subsets)), "subset": subsets, "log_likelihood": -90.0})
    truth = truth.assign(method=REFERENCE, draws=50_000, passes=9.0, standard_error=0.001, pareto_k=0.1)
    other = {STUDY: off, "encoder": encoder_off}
    draws = {STUDY: 256, "encoder": PARAMS.validation.encoder_draws}
    parts = [
        truth.assign(method=method, draws=draws[method], log_likelihood=-90.0 + np.concatenate([*found.values()]))
        for method, found in other.items()
    ]
    return pd.concat([truth, *parts], ignore_index=True)


def test_the_shift_of_the_comparison_is_that_of_each_subset_alone():
    none = {"test": np.zeros(20), "pc1-high": np.zeros(10)}
    steady = np.linspace(-0.1, 0.1, 20)
    small = {"test": -0.5 - steady, "pc1-high": -12.0 - steady[:10]}
    tables = {"vae-04": estimates(none, small), "vae-20": estimates(none, none)}
    numbers = validate_numbers(PARAMS, tables)
    key = "validate.comparison"
    assert numbers[f"{key}.test.shift.value"] == pytest.approx(0.5)
    assert numbers[f"{key}.pc1-high.shift.value"] == pytest.approx(12 + steady[:10].mean())
    assert numbers[f"{key}.test.encoder"] - numbers[f"{key}.test.study"] == pytest.approx(0.5)
    assert numbers[f"{key}.test.shift.low"] < 0.5 < numbers[f"{key}.test.shift.high"] < 0.6
    assert (numbers[f"{key}.test.images"], numbers[f"{key}.test.beyond_a_nat"]) == (20, 0)
    assert (numbers[f"{key}.pc1-high.images"], numbers[f"{key}.pc1-high.beyond_a_nat"]) == (10, 10)
    assert f"{key}.shift.value" not in numbers


def test_the_shift_is_that_of_the_encoders_longest_estimate(study):
    small, middle = (study.tables.estimated[name].copy() for name in (PARAMS.roles.small, PARAMS.roles.middle))
    before = validate_numbers(PARAMS, {PARAMS.roles.small: small, PARAMS.roles.middle: middle})
    encoder = (small["method"] == "encoder") & (small["draws"] == PARAMS.validation.encoder_draws)
    small.loc[encoder, "log_likelihood"] -= 7
    after = validate_numbers(PARAMS, {PARAMS.roles.small: small, PARAMS.roles.middle: middle})
    key = "validate.comparison.test"
    assert after[f"{key}.shift.value"] == pytest.approx(before[f"{key}.shift.value"] + 7)
    assert after[f"{key}.study"] == before[f"{key}.study"]
    assert after[f"{key}.beyond_a_nat"] == after[f"{key}.images"]


def test_whose_errors_are_smaller_is_told_by_the_difference_of_their_squares():
    rng = np.random.default_rng(4)
    own, other = rng.normal(0, 0.1, 30), rng.normal(0, 1, 30)
    table = estimates({"test": own}, {"test": other})
    numbers = validate_numbers(PARAMS, {PARAMS.roles.small: table.iloc[rng.permutation(len(table))]})
    key = f"validate.{PARAMS.roles.small}.squares"
    expected = mean_t(other**2 - own**2, PARAMS.intervals.confidence)
    assert (numbers[f"{key}.value"], numbers[f"{key}.low"], numbers[f"{key}.high"]) == pytest.approx(tuple(expected))
    assert expected.low > 0


def test_the_mean_error_is_that_of_each_subset():
    off = {"test": np.array([0.1, -0.1, 0.1, -0.1]), "within-low": np.array([-11.4, 0.0])}
    numbers = validate_numbers(PARAMS, {"vae-04": estimates(off, off)})
    key = "validate.vae-04.study"
    assert numbers[f"{key}.test.bias.value"] == pytest.approx(0)
    assert numbers[f"{key}.within-low.bias.low"] < -5.7 < 0 < numbers[f"{key}.within-low.bias.high"]
    one = {"test": np.array([0.1, 0.2, 0.3]), "within-low": np.array([-11.4])}
    alone = validate_numbers(PARAMS, {"vae-04": estimates(one, one)})
    assert f"{key}.test.bias.value" in alone
    assert f"{key}.within-low.bias.value" not in alone


def test_the_error_of_a_mean_is_no_smaller_than_the_bias_of_such_images():
    ids = np.arange(10_000, dtype=np.int32)
    scores = pd.DataFrame({"id": ids, "label": np.int8(0), "log_likelihood": -113.0, "standard_error": 0.04})
    scores = scores.assign(elbo=-120.0, pareto_k=0.3, draws=256, passes=600, subset="test", region="centre")
    scores.loc[:99, "region"] = "within-low"
    parts = [scores, *(scores[:50].assign(subset=subset) for subset in ("train", "within-low"))]
    off = {"test": np.array([-0.05, 0.0]), "within-low": np.array([-11.4, 0.0])}
    bias = bias_of_scores(estimates(off, off))
    numbers = score_numbers("vae-04", pd.concat(parts, ignore_index=True), 0.35, bias)
    error = {
        key.removeprefix("vae-04.").removesuffix(".estimation_error"): value
        for key, value in numbers.items()
        if key.endswith(".estimation_error")
    }
    assert error == pytest.approx({"test": 0.025, "train": 0.025, "within-low": 5.7})
    assert error["test"] > 60 * 0.04 / np.sqrt(len(ids))
    for small in ({}, {"test": 0.0001}):
        numbers = score_numbers("vae-04", scores, 0.35, small)
        assert numbers["vae-04.test.estimation_error"] == pytest.approx(0.04 / np.sqrt(len(ids)))


def test_the_images_are_drawn_by_name_and_not_by_place():
    params = PARAMS.validation.model_copy(update={"test": 5, "tail": 3})
    sets = np.repeat(["train", "test", "pc1-low", "pc1-high", "within-low", "within-high"], 20)
    table = pd.DataFrame({"id": np.arange(120), "subset": sets})
    first = sample(table, params, partial(stream, 0))
    again = sample(table.sample(frac=1, random_state=1), params, partial(stream, 0))
    assert first["id"].tolist() == again["id"].tolist()
    assert first.groupby("subset").size().to_dict() == {"test": 5} | dict.fromkeys(sets[40::20], 3)


def test_the_images_of_the_committed_study_are_as_many_as_were_chosen_beforehand_and_these_where_it_has_them():
    wanted = pd.read_csv(ROOT / "benchmarks" / "validate_images.csv")
    params = PARAMS.validation
    tails = dict.fromkeys(("pc1-low", "pc1-high", "within-low", "within-high"), params.tail)
    assert wanted.groupby("subset").size().to_dict() == {"test": params.test} | tails
    numbers = read_json(Layout(ROOT).numbers)
    for subset, images in wanted.groupby("subset").size().items():
        assert numbers[f"validate.comparison.{subset}.images"] == images
    for name in load_params(ROOT / "params.yaml").validation.models:
        if (path := Layout(ROOT).validation(name)).exists():
            found = read_method_estimates(path)
            assert set(zip(found["id"], found["subset"], strict=True)) == set(wanted.itertuples(index=False, name=None))
