"""Effects of the number of latent dimensions, on scores and gains whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.linear_model import LinearRegression

from pipeline.core.errors import ParameterError
from pipeline.core.statistics import difference_welch
from pipeline.data.holdout import hold_out
from pipeline.data.images import freeze
from pipeline.investigations.compare.effects import dimension_effects
from pipeline.investigations.compare.gain import SLOPES, gain_effects, traits
from pipeline.investigations.compare.negative_gains import gains_of, negative_gains
from pipeline.numbers.compare import dimension_numbers, negative_gain_numbers
from tests.support.parameters import PARAMS

QUICK = PARAMS.model_copy(update={"intervals": PARAMS.intervals.model_copy(update={"resamples": 100})})
WORTH = {"centre": -0.5, "pc1-low": 4.0, "pc1-high": 5.0, "within-low": 2.0, "within-high": 2.0}


@pytest.fixture(scope="module")
def world():
    """Images, their split, and scores with known differences: d=20 is 10 nats better, seeds differ by one nat."""
    rng = np.random.default_rng(0)
    label = np.arange(900, dtype=np.uint8) % 10
    grey = (rng.random((900, 64)) * np.linspace(60, 255, 10)[label][:, None]).astype(np.uint8)
    split = hold_out(grey, label, np.arange(900) < 600, 0.05, 50, rng)
    hard = rng.normal(-90, 15, 900)
    shifts = {"vae-04": -10, "vae-20": 0, "vae-20-seed-1": 1, "vae-20-seed-2": -1, "vae-20-matched": 0}
    shifts |= {"vae-32": 3, "vae-32-seed-1": 4, "vae-32-seed-2": 2}
    scores = {}
    for name, shift in shifts.items():
        seen = split["region"].map(WORTH).to_numpy(float) if "matched" in name else 0.0
        memory = np.where(split["subset"] == "train", 5.0, 0.0)
        value = hard + shift + seen + memory
        columns = {"log_likelihood": value, "elbo": value - 2, "standard_error": 0.1, "pareto_k": 0.3, "draws": 500}
        scores[name] = split[["id", "label", "subset", "region"]].assign(**columns)
    return freeze(grey, label, rng), split, scores


@pytest.fixture(scope="module")
def effects(world):
    images, split, scores = world
    return dimension_effects(QUICK, scores, images, split)


def rows_of(effects, kind, *keys):
    return effects[effects["kind"] == kind].set_index(list(keys) or ["stratum"])


def test_kinds_are_compared_by_the_means_of_their_runs(effects):
    row = rows_of(effects, "runs").loc["test"]
    assert (row["model_a"], row["model_b"], row["size_a"], row["size_b"]) == ("vae-32", "vae-20", 3, 3)
    assert row["value"] == pytest.approx(3)
    expected = difference_welch(np.array([3.0, 4, 2]), np.array([0.0, 1, -1]), QUICK.intervals.confidence)
    assert (row["low"], row["high"]) == pytest.approx(expected[1:])
    assert rows_of(effects, "spread", "model_a", "stratum").loc[("vae-20", "test"), "value"] == pytest.approx(1)


def test_the_gain_from_seeing_a_tail_is_found_region_by_region(effects):
    found = rows_of(effects, "unseen")["value"]
    assert {f"test.{region}": worth for region, worth in WORTH.items()} == pytest.approx(
        {stratum: value for stratum, value in found.items() if stratum != "test"}
    )
    over_runs = rows_of(effects, "unseen-runs").loc["test.pc1-high"]
    assert (over_runs["size_a"], over_runs["size_b"]) == (1, 3)
    assert over_runs["high"] - over_runs["low"] > 5


def test_differences_that_no_image_changes_have_no_width_however_hard_the_images(effects):
    pair = rows_of(effects, "seed_pairs", "model_a", "model_b", "stratum").loc[("vae-20-seed-1", "vae-20", "test")]
    assert (pair["value"], pair["low"], pair["high"]) == pytest.approx((1, 1, 1))
    unseen = rows_of(effects, "unseen").drop("test")
    for end in ("low", "high"):
        assert unseen[end].to_dict() == pytest.approx({f"test.{region}": worth for region, worth in WORTH.items()})
    run = rows_of(effects, "run", "model_a", "stratum").loc[("vae-20", "test")]
    assert run["high"] - run["low"] > 2


def test_the_effect_of_training_is_the_gap_to_validation(effects):
    fit = rows_of(effects, "fit", "model_a", "quantity", "stratum")
    whole = fit.loc[("vae-20", "log_likelihood", "validation")]
    assert whole["low"] < 5 < whole["high"]
    assert whole["value"] > 0
    assert fit.loc[("vae-20", "slack", "validation"), "value"] == pytest.approx(0, abs=1e-9)
    gap = rows_of(effects, "fit-gap", "model_a", "quantity", "stratum").loc[("vae-20", "elbo", "validation")]
    assert (gap["value"], gap["low"], gap["high"]) == pytest.approx((0, 0, 0), abs=1e-9)


@pytest.fixture(scope="module")
def gain(world):
    images, split, _ = world
    table = traits(images, split)
    rng = np.random.default_rng(4)
    z = (table["ink"] - table["ink"].mean()) / table["ink"].std(ddof=0)
    table = table.assign(b=rng.normal(-100, 5, len(table)))
    table["a"] = table["b"] + 20 + 3 * z + 2.0 * (table["label"] == 1) + rng.normal(0, 1, len(table))
    rows = gain_effects(table, ("vae-20", "vae-04"), QUICK.intervals, np.random.default_rng(5))
    return table, pd.DataFrame(rows).set_index(["kind", "quantity"])


def test_the_distance_is_to_the_mean_of_the_class_in_the_training_file(world):
    images, split, _ = world
    own, pool = images.label == 3, (split["official"] == "train").to_numpy()
    centre = images.grey[own & pool].mean(axis=0) / 255
    expected = [np.sqrt(np.sum((grey / 255 - centre) ** 2)) for grey in images.grey[own]]
    assert traits(images, split).loc[own, "distance"].to_numpy() == pytest.approx(expected)


def test_shares_add_up_to_what_a_regression_explains(gain):
    table, found = gain
    predictors = pd.concat([pd.get_dummies(table["label"]).astype(float), table[list(SLOPES)]], axis=1)
    predictors.columns = predictors.columns.astype(str)
    target = table["a"] - table["b"]
    exact = LinearRegression().fit(predictors, target).score(predictors, target)
    shares = found.loc["gain-share"]["value"]
    assert shares["all"] == pytest.approx(exact)
    assert shares[["label", "ink", "pc1_within_class", "distance"]].sum() == pytest.approx(exact)


def test_the_slope_that_made_the_gain_is_found(gain):
    slopes = gain[1].loc["gain-slope"]
    assert slopes.loc["ink", "low"] < 3 < slopes.loc["ink", "high"]
    assert slopes.loc["label_1", "value"] > 1
    assert sum(slopes.loc[f"label_{label}", "value"] for label in range(10)) == pytest.approx(0, abs=1e-8)


def test_the_correlation_of_gain_and_likelihood_agrees_with_numpy(gain):
    table, found = gain
    expected = np.corrcoef(table["a"] - table["b"], table["b"])[0, 1]
    assert found.loc[("gain-correlation", "vae-04"), "value"] == pytest.approx(expected)


def test_only_holdout_images_with_a_gain_below_the_error_count_as_negative(world):
    *_, scores = world
    small, middle = scores["vae-04"], scores["vae-20"].copy()
    lost = middle.index[middle["subset"] == "test"][:3]
    middle.loc[lost, "log_likelihood"] = small.loc[lost, "log_likelihood"] - [0.1, 0.5, 7]
    trained = middle.index[middle["subset"] == "train"][0]
    middle.loc[trained, "log_likelihood"] -= 100
    gains = gains_of(middle, small)
    clear = negative_gains(gains, 2.0)
    assert clear["id"].tolist() == middle.loc[[lost[2], lost[1]], "id"].tolist()
    numbers = dimension_numbers(PARAMS, pd.DataFrame(columns=["kind"]), {"vae-04": small, "vae-20": middle})
    assert numbers["compare.negative_gains.negative"] == 3
    assert numbers["compare.negative_gains.clear"] == 2
    assert numbers["compare.negative_gains.largest"] == pytest.approx(-7)


def test_the_error_of_a_gain_is_that_of_both_scores(world):
    *_, scores = world
    gains = gains_of(scores["vae-20"].assign(standard_error=0.3), scores["vae-04"].assign(standard_error=0.4))
    assert gains["joint_error"].to_numpy() == pytest.approx(0.5)
    assert gains["gain"].to_numpy() == pytest.approx(10)


def test_negative_gains_by_error_alone_are_as_many_as_expected():
    rng, images = np.random.default_rng(0), 200_000
    columns = {"label": 0, "subset": "test", "region": "centre", "elbo": -90.0, "pareto_k": 0.3, "draws": 500}
    truth = pd.DataFrame({"id": np.arange(images), "log_likelihood": rng.normal(-90, 15, images)} | columns)
    names, scores = (PARAMS.roles.middle, PARAMS.roles.small), {}
    for name, error in zip(names, (0.3, 0.4), strict=True):
        noisy = truth["log_likelihood"] + error * rng.standard_normal(images)
        scores[name] = truth.assign(log_likelihood=noisy, standard_error=error)
    numbers = negative_gain_numbers(PARAMS, scores, names)
    found = {key.removeprefix("compare.negative_gains."): value for key, value in numbers.items()}
    assert found["clear"] == pytest.approx(found["expected"], rel=0.05)
    assert found["excess_percent_low"] < 0 < found["excess_percent_high"]
    assert found["label_0.clear"] == found["clear"]
    assert found["certain"] <= 2
    assert found["certain_errors"] == pytest.approx(norm.isf(0.05 / images))


def test_fewer_models_have_fewer_effects_and_none_is_an_error(world):
    images, split, scores = world
    alone = dimension_effects(QUICK, {"vae-20": scores["vae-20"]}, images, split)
    assert set(alone["kind"]) == {"run", "fit"}
    with pytest.raises(ParameterError, match="make models"):
        dimension_effects(QUICK, {}, images, split)
