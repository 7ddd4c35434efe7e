import math
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.core.rng import stream
from pipeline.core.statistics import bootstrap_counts, mean_products, r_squared_of_subsets, shapley_shares
from pipeline.investigations.decompose.binarisation import binarisation_entropy, contour_length, redraw
from pipeline.investigations.decompose.draws import measure_draws, of_draws
from pipeline.investigations.decompose.estimates import (
    Control,
    control_rows,
    order_estimates,
    order_rows,
    share_rows,
    tabulate,
    variance_estimates,
)
from pipeline.investigations.decompose.gradients import GradientMoments, measure_gradients
from pipeline.investigations.decompose.orders import rank_correlation
from pipeline.investigations.decompose.redraws import score_redraws
from pipeline.investigations.decompose.shares import between_redraws, explain, lead, regression, with_squares
from pipeline.investigations.decompose.tables import DRAWS, ESTIMATES, GRADIENTS, REDRAWS
from pipeline.likelihood.proposals import Draws
from pipeline.likelihood.weights import log_weights
from pipeline.numbers.collect import mean_binarisation_entropy
from tests.support.densities import every_image, small_vae
from tests.support.parameters import PARAMS

INTERVALS = PARAMS.intervals.model_copy(update={"resamples": 200})
FEW = PARAMS.decompose.model_copy(
    update={"curve": (1, 4, 16), "repetitions": 40, "gradient_repetitions": 3, "gradient_draws": (1, 2)}
)


@pytest.fixture(scope="module")
def rows():
    """All images of six pixels, with the exact log p(x) of a small model."""
    model, images = small_vae(pixels=6, scale=4.0), every_image(6)
    chosen = pd.DataFrame({"id": np.arange(len(images)), "label": np.int8(0)})
    axis = torch.linspace(-7, 7, 401)
    with torch.no_grad():
        grid = torch.cartesian_prod(axis, axis)[:, None]
        joint = model.likelihood(grid).log_prob(torch.from_numpy(images).float()) + model.prior.log_prob(grid)
    exact = torch.logsumexp(joint.double(), dim=0).numpy() + 2 * math.log(14 / 400)
    return model, images, chosen, exact


def test_inside_the_logarithm_the_mean_rises_with_the_draws_and_outside_it_stays(rows):
    model, images, chosen, exact = rows
    table = measure_draws(model, images, chosen, FEW, partial(stream, 0), torch.device("cpu"))
    assert list(table.columns) == DRAWS.names
    means = table.groupby("draws")[["inside", "outside"]].mean()
    assert means["inside"].is_monotonic_increasing
    assert means.loc[1, "inside"] == pytest.approx(means.loc[1, "outside"])
    assert means["outside"].to_numpy() == pytest.approx(means.loc[1, "outside"])
    assert means.loc[4, "inside"] - means.loc[1, "inside"] > 0.02
    assert means["inside"].max() < exact.mean() + 0.02


def test_the_outside_average_only_settles(rows):
    model, images, chosen, _ = rows
    spread = measure_draws(model, images, chosen, FEW, partial(stream, 0), torch.device("cpu"))
    one, many = (spread.loc[spread["draws"] == k, "outside_spread"].mean() for k in (1, 16))
    assert many == pytest.approx(one / 4, rel=0.2)


def test_averages_are_those_of_each_group():
    log_w = torch.log(torch.tensor([[1.0], [3.0], [2.0], [6.0]])).double()
    found = of_draws(log_w, 2).iloc[0]
    assert found["inside"] == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert found["outside"] == pytest.approx(math.log(36) / 4)
    assert found["repetitions"] == 2


def test_an_image_has_the_same_draws_whatever_stands_beside_it(rows):
    model, images, chosen, _ = rows
    few = [5, 9]
    alone = measure_draws(model, images[few], chosen.iloc[few], FEW, partial(stream, 0), torch.device("cpu"))
    whole = measure_draws(model, images, chosen, FEW, partial(stream, 0), torch.device("cpu"))
    both = alone.merge(whole, on=["id", "draws"])
    assert both["inside_x"].to_numpy() == pytest.approx(both["inside_y"].to_numpy(), abs=1e-5)


def test_redraws_have_the_mean_of_the_grey_level():
    grey = np.array([0, 13, 100, 127, 200, 255], dtype=np.uint8)
    drawn = redraw(grey, 20_000, np.random.default_rng(0))
    assert set(np.unique(drawn)) == {0, 1}
    assert drawn.mean(axis=0) == pytest.approx(grey / 255, abs=0.015)
    assert drawn[:, [0, 5]].mean(axis=0).tolist() == [0, 1]


def test_the_entropy_agrees_with_the_one_by_grey_level_and_is_zero_where_no_coin_is_flipped(wide_study):
    images = wide_study.tables.images
    assert binarisation_entropy(images.grey).mean() == pytest.approx(mean_binarisation_entropy(images))
    assert binarisation_entropy(np.array([[0, 255]], dtype=np.uint8)).tolist() == [0]


def test_the_contour_is_as_long_as_the_outline_of_a_stroke():
    bar = np.zeros((1, 6, 6), dtype=np.uint8)
    bar[0, 1:5, 2:4] = 1
    assert contour_length(np.concatenate([bar, 0 * bar]).reshape(2, 36)).tolist() == [2 * (4 + 2), 0]


def test_redraws_are_scored_one_by_one(rows):
    model, _, chosen, exact = rows
    grey = np.tile(np.array([0, 255, 128, 60, 200, 90], dtype=np.uint8), (3, 1))
    effort = PARAMS.score.model_copy(update={"prior_points": 200, "draws": 64, "levels": 1})
    source = partial(stream, 0)
    table = score_redraws(model, grey, chosen[:3], 4, effort, source, torch.device("cpu"), lambda images: None)
    assert list(table.columns) == REDRAWS.names
    assert table.groupby("id")["redraw"].apply(list).tolist() == [[0, 1, 2, 3]] * 3
    x = np.concatenate([redraw(grey[0], 4, source("coins", image)) for image in range(3)])
    places = [np.flatnonzero((rows[1] == one).all(axis=1)).item() for one in x]
    assert table["log_likelihood"].to_numpy() == pytest.approx(exact[places], abs=0.3)


def made_up_parts(images=4000):
    """Four independent parts that explain 40, 30, 20 (the label) and 5 per cent."""
    rng = np.random.default_rng(0)
    label = rng.integers(10, size=images)
    columns = {name: rng.standard_normal(images) for name in ("binarisation_entropy", "ink", "axes")}
    level = (label - label.mean()) / label.std()
    values = (
        np.sqrt(0.4) * columns["binarisation_entropy"] + np.sqrt(0.3) * columns["ink"] + np.sqrt(0.05) * columns["axes"]
        + np.sqrt(0.2) * level + np.sqrt(0.05) * rng.standard_normal(images)
    )  # fmt: skip
    parts = {name: with_squares(column) for name, column in columns.items()}
    return parts | {"label": (label[:, None] == np.arange(10)).astype(float)}, values


def within(variance, images=200, redraws=8):
    rng = np.random.default_rng(2)
    again = 50 * rng.standard_normal((images, 1)) + np.sqrt(variance) * rng.standard_normal((images, redraws))
    columns = {"id": np.repeat(np.arange(images), redraws), "log_likelihood": again.ravel()}
    return pd.DataFrame(columns | {"standard_error": 0.0})


@pytest.fixture(scope="module")
def shares():
    parts, values = made_up_parts()
    counts = bootstrap_counts(len(values), 200, np.random.default_rng(1))
    found = share_rows(explain(parts, values, counts), within(0.03), len(values), INTERVALS, np.random.default_rng(3))
    return pd.DataFrame(found).set_index(["quantity", "part"])


def test_shares_add_up_to_the_whole(shares):
    assert shares.loc["share", "value"].sum() == pytest.approx(1)


def test_known_shares_are_found_within_their_intervals(shares):
    wanted = {"binarisation_entropy": 0.4, "ink": 0.3, "label": 0.2, "axes": 0.05, "binarisation": 0.03, "rest": 0.02}
    for part, value in wanted.items():
        row = shares.loc[("share", part)]
        assert row["value"] == pytest.approx(value, abs=0.03)
        assert row["low"] <= row["value"] <= row["high"]
        assert row["high"] - row["low"] < 0.08
    assert shares.loc[("lead", "binarisation_entropy"), "value"] == pytest.approx(0.1, abs=0.03)
    assert shares.loc[("deviation", "binarisation"), "value"] == pytest.approx(math.sqrt(0.03), rel=0.1)


def test_of_two_stand_ins_for_one_cause_neither_has_the_largest_share_though_each_alone_explains_most():
    rng = np.random.default_rng(0)
    cause, other = rng.standard_normal((2, 3000))
    values = cause + 0.9 * other
    parts = {name: with_squares(cause + 0.2 * rng.standard_normal(3000)) for name in ("binarisation_entropy", "ink")}
    parts |= {"label": np.ones((3000, 1)), "axes": with_squares(other)}
    found = explain(parts, values, bootstrap_counts(3000, 200, np.random.default_rng(1)))
    alone = {part: samples[0] for part, samples in found.alone.items()}
    assert max(alone, key=alone.get) in ("binarisation_entropy", "ink")
    first, ahead = lead(found.shares)
    assert first == "axes"
    assert ahead.min() > 0.1


def test_a_lead_is_over_the_largest_of_the_others_in_each_sample():
    shares = {"a": np.array([0.4, 0.4, 0.4]), "b": np.array([0.3, 0.5, 0.1]), "c": np.array([0.1, 0.1, 0.2])}
    first, ahead = lead(shares)
    assert first == "a"
    assert ahead == pytest.approx([0.1, -0.1, 0.2])


def test_shares_of_thresholded_images_are_compared_over_the_same_images():
    parts, values = made_up_parts(500)
    rng = np.random.default_rng(2)
    counts = bootstrap_counts(500, 200, np.random.default_rng(1))
    found = explain(parts, values, counts)
    noisy = explain(parts, values + 1.5 * rng.standard_normal(500), counts)
    same, other = (
        tabulate(control_rows("t", control, found, "binarisation_entropy", 500, INTERVALS)).set_index(
            ["quantity", "part"]
        )
        for control in (found, noisy)
    )
    change = ("share_change.t", "binarisation_entropy")
    assert same.loc[change, ["value", "low", "high"]].tolist() == [0, 0, 0]
    assert same.loc[("share.t", "binarisation_entropy"), "high"] - found.shares["binarisation_entropy"][0] > 0.01
    assert other.loc[change, "high"] < -0.1
    assert other.loc["share.t", "value"].sum() == pytest.approx(1)
    assert other.loc[("share.t", "rest"), "value"] == pytest.approx(1 - noisy.together[0])


def explained(parts, values, counts):
    columns, groups = regression(parts, values)
    return r_squared_of_subsets(mean_products(columns, counts), groups, columns.shape[1] - 1)


def test_two_parts_with_the_same_regressors_have_the_same_share():
    parts, values = made_up_parts(500)
    parts["ink"] = parts["binarisation_entropy"]
    found = explained(parts, values, bootstrap_counts(500, 5, np.random.default_rng(0)))
    shares = shapley_shares(found)
    assert shares["ink"] == pytest.approx(shares["binarisation_entropy"], abs=1e-8)
    assert sum(shares.values()) == pytest.approx(found[frozenset(parts)])


def test_regression_is_the_ordinary_one_on_the_resampled_rows():
    parts, values = made_up_parts(300)
    counts = bootstrap_counts(300, 3, np.random.default_rng(0))
    found = explained(parts, values, counts)[frozenset({"binarisation_entropy", "label"})]
    for place, count in enumerate(counts):
        rows = np.repeat(np.arange(300), count)
        x = np.column_stack([np.ones(len(rows)), parts["binarisation_entropy"][rows], parts["label"][rows]])
        residual = values[rows] - x @ np.linalg.lstsq(x, values[rows], rcond=None)[0]
        assert found[place] == pytest.approx(1 - residual.var() / values[rows].var())


def test_the_estimators_error_is_not_a_variance_between_binarisations():
    table = within(4.0)
    noisy = table.assign(standard_error=1.5)
    plain, less = between_redraws(table), between_redraws(noisy)
    assert plain.mean() == pytest.approx(4, rel=0.1)
    assert plain - less == pytest.approx(2.25)


def ranked(a, b):
    return rank_correlation(a, b, np.ones((1, len(a)), dtype=np.int64))[0]


def test_rank_correlation_is_that_of_scipy_in_every_bootstrap_counts():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    a = rng.standard_normal(60)
    b = a + rng.standard_normal(60)
    counts = bootstrap_counts(60, 4, rng)
    for count, found in zip(counts, rank_correlation(a, b, counts), strict=True):
        rows = np.repeat(np.arange(60), count)
        assert found == pytest.approx(spearmanr(a[rows], b[rows]).statistic)


def test_a_monotone_change_keeps_the_order_and_its_reverse_turns_it():
    a = np.random.default_rng(0).standard_normal(50)
    assert ranked(a, np.exp(3 * a) - 7) == pytest.approx(1)
    assert ranked(a, -(a**3)) == pytest.approx(-1)


def test_orders_within_classes_do_not_depend_on_the_level_of_a_class():
    rng = np.random.default_rng(0)
    paired = pd.DataFrame({"label": np.repeat(np.arange(3), 40), "a": rng.standard_normal(120)})
    paired["b"] = paired["a"] + rng.standard_normal(120)
    moved = paired.assign(b=paired["b"] - 100.0 * paired["label"])
    plain, other = (list(order_rows("o", table, INTERVALS, np.random.default_rng(1))) for table in (paired, moved))
    assert plain == other
    assert [row["part"] for row in plain] == ["0", "1", "2", "every"]
    assert plain[-1]["value"] == pytest.approx(np.mean([row["value"] for row in plain[:3]]))
    assert plain[-1]["low"] < plain[-1]["value"] < plain[-1]["high"]


def test_a_class_of_few_images_has_no_order():
    paired = pd.DataFrame({"label": 4, "a": np.arange(9.0), "b": np.arange(9.0)})
    assert list(order_rows("o", paired, INTERVALS, np.random.default_rng(0))) == []


def test_the_estimates_have_one_row_each_and_repeat_themselves(wide_study):
    tables, source = wide_study.tables, partial(stream, 0)
    own, other = tables.scores["vae-20"], tables.scores["vae-32"]

    def found(control):
        images = tables.images.grey, tables.split
        rows = variance_estimates(own, tables.decomposition.redraws, control, *images, INTERVALS, source)
        return tabulate([*rows, *order_estimates(own, {"vae-32": other}, INTERVALS, source)])

    one, again = (found(Control("vae-32", other, own)) for _ in range(2))
    assert list(one.columns) == ESTIMATES.names
    assert not one.duplicated(["quantity", "part"]).any()
    assert one.equals(again)
    assert {"share", "alone", "lead", "share.vae-32", "order.vae-32"} < set(one["quantity"])
    assert {"share.vae-32", "lead.vae-32"}.isdisjoint(found(None)["quantity"])


def test_the_shares_of_the_two_models_of_a_control_are_compared_with_each_other(wide_study):
    tables = wide_study.tables
    own, other = tables.scores["vae-20"], tables.scores["vae-32"]
    rest = (tables.images.grey, tables.split, INTERVALS, partial(stream, 0))
    rows = variance_estimates(own, tables.decomposition.redraws, Control("vae-32", other, other), *rest)
    assert tabulate(rows).set_index("quantity").loc["share_change.vae-32", ["value", "low", "high"]].tolist() == [0] * 3


def test_noise_between_draws_and_variance_between_images_are_estimated_separately():
    rng = np.random.default_rng(0)
    sums, parameters = GradientMoments(), 400
    common = rng.standard_normal(parameters)
    for _ in range(300):
        own = common + 2 * rng.standard_normal(parameters)
        sums.add(torch.from_numpy(own + 3 * rng.standard_normal((4, parameters))))
    table = sums.table()
    assert len(table) == 300
    moments = table.mean()
    assert moments["noise"] == pytest.approx(9 * parameters, rel=0.02)
    assert moments["signal"] - moments["common"] == pytest.approx(4 * parameters, rel=0.05)
    assert moments["common"] == pytest.approx(common @ common, rel=0.1)


def test_gradients_are_measured_for_both_networks_on_both_sides(rows):
    model, images, chosen, _ = rows
    table = measure_gradients(model, images[:4], chosen[:4], FEW, partial(stream, 0), torch.device("cpu"))
    assert list(table.columns) == GRADIENTS.names
    assert len(table) == 6 * 4
    assert (table["noise"] > 0).all()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_inside_with_one_draw_has_the_gradient_of_the_bound_on_average(rows):
    model, images, _, _ = rows
    x, noise = (
        torch.from_numpy(images[5:6]).float(),
        torch.randn(4000, 1, 2, generator=torch.Generator().manual_seed(0)),
    )
    posterior = model.posterior(x)
    z = posterior.mean + posterior.stddev * noise
    sides = [
        log_weights(model, x, Draws(z, posterior.log_prob(z))).mean(),
        (model.likelihood(z).log_prob(x).mean() - torch.distributions.kl_divergence(posterior, model.prior)).sum(),
    ]
    weight = next(model.decoder.parameters())
    one, other = (torch.autograd.grad(side, weight, retain_graph=True)[0] for side in sides)
    assert torch.allclose(one, other, atol=1e-5)
