"""Effects of the training run, of unseen tails and of more dimensions, on scores whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from pipeline.core.statistics import difference_pooled, difference_welch
from pipeline.data.holdout import hold_out
from pipeline.data.images import freeze
from pipeline.investigations.compare.effects import dimension_effects
from pipeline.investigations.compare.gain import SLOPES, gain_effects, traits
from pipeline.investigations.compare.negative_gains import gains_of, less_ink_than_the_class, negative_gains
from pipeline.investigations.compare.pairs import compare_pairs
from pipeline.investigations.compare.seeds import seed_effects
from tests.support.parameters import PARAMS

QUICK = PARAMS.model_copy(update={"intervals": PARAMS.intervals.model_copy(update={"resamples": 100})})
WORTH = {"centre": -0.5, "pc1-low": 4.0, "pc1-high": 5.0, "within-low": 2.0, "within-high": 2.0}
"""Nats that an image of each region gains from images of the tails in training, with 20 latent dimensions."""
WORTH_OF_FEW = {"centre": -0.25, "pc1-low": 7.0, "pc1-high": 4.0, "within-low": 2.0, "within-high": 2.5}
"""The same with 4."""


@pytest.fixture(scope="module")
def world():
    """Images, their split, and scores with known differences: d=20 is 10 nats better, seeds differ by one nat."""
    rng = np.random.default_rng(0)
    label = np.arange(900, dtype=np.uint8) % 10
    grey = (rng.random((900, 64)) * np.linspace(60, 255, 10)[label][:, None]).astype(np.uint8)
    split = hold_out(grey, label, np.arange(900) < 600, 0.05, 50, rng)
    hard = rng.normal(-90, 15, 900)
    shifts = {"vae-04": -10, "vae-20": 0, "vae-20-seed-1": 1, "vae-20-seed-2": -1}
    shifts |= {"vae-20-matched": 0, "vae-04-matched": -10}
    shifts |= {"vae-32": 3, "vae-32-seed-1": 4, "vae-32-seed-2": 2}
    scores = {}
    for name, shift in shifts.items():
        worth = WORTH_OF_FEW if name.startswith("vae-04") else WORTH
        seen = split["region"].map(worth).to_numpy(float) if "matched" in name else 0.0
        memory = np.where(split["subset"] == "train", 5.0, 0.0)
        value = hard + shift + seen + memory
        columns = {"log_likelihood": value, "elbo": value - 2, "standard_error": 0.1, "pareto_k": 0.3, "draws": 500}
        scores[name] = split[["id", "label", "subset", "region"]].assign(**columns)
    return freeze(grey, label, rng), split, scores


@pytest.fixture(scope="module")
def effects(world):
    images, split, scores = world
    return dimension_effects(QUICK, scores, images, split, compare_pairs(QUICK, scores))


def rows_of(effects, kind, *keys):
    return effects[effects["kind"] == kind].set_index(list(keys) or ["stratum"])


def test_kinds_are_compared_by_the_means_of_their_runs(effects):
    row = rows_of(effects, "runs", "model_a", "stratum").loc[("vae-32", "test")]
    assert (row["model_b"], row["size"]) == ("vae-20", 3)
    assert row["value"] == pytest.approx(3)
    expected = difference_welch(np.array([3.0, 4, 2]), np.array([0.0, 1, -1]), QUICK.intervals.confidence)
    assert (row["low"], row["high"]) == pytest.approx(expected[1:])
    assert rows_of(effects, "spread", "model_a", "stratum").loc[("vae-20", "test"), "value"] == pytest.approx(1)


def test_a_difference_from_a_single_run_of_another_size_has_no_interval_over_runs(effects):
    own = effects[(effects["model_a"] == "vae-20") & (effects["model_b"] == "vae-04")]
    assert not set(own["kind"]) & {"runs", "single-run"}
    assert "runs" in set(effects.loc[effects["model_b"] == "vae-20", "kind"])


def test_a_second_run_of_the_small_model_brings_the_interval_over_runs(world):
    images, split, scores = world
    more = scores | {"vae-04-seed-1": scores["vae-04"].assign(log_likelihood=scores["vae-04"]["log_likelihood"] + 0.4)}
    models = QUICK.models | {"vae-04-seed-1": QUICK.model("vae-04").model_copy(update={"seed": 1})}
    params = QUICK.model_copy(update={"models": models})
    found = dimension_effects(params, more, images, split, compare_pairs(params, more))
    row = rows_of(found, "runs", "model_a", "model_b", "stratum").loc[("vae-20", "vae-04", "test")]
    assert row["size"] == 3
    expected = difference_welch(np.array([0.0, 1, -1]), np.array([-10.0, -9.6]), params.intervals.confidence)
    assert tuple(row[["value", "low", "high"]]) == pytest.approx(expected)


def test_the_gain_from_seeing_a_tail_is_that_of_the_pairs_and_is_compared_with_all_runs(world, effects):
    pairs = compare_pairs(QUICK, world[2]).set_index(["model_a", "model_b", "subset", "region"]).sort_index()
    found = pairs.loc[("vae-04-matched", "vae-04", "test")]["difference"]
    assert found.drop("all").to_dict() == pytest.approx(WORTH_OF_FEW)
    over_runs = rows_of(effects, "single-run", "model_a", "stratum").loc[("vae-20-matched", "test.pc1-high")]
    assert over_runs["size"] == 1
    expected = difference_pooled(np.array([5.0]), np.array([0.0, 1, -1]), QUICK.intervals.confidence)
    assert tuple(over_runs[["value", "low", "high"]]) == pytest.approx(expected)
    assert "unseen" not in set(effects["kind"])


def test_the_gap_is_what_seeing_a_tail_is_worth_to_the_larger_model_less_what_it_is_worth_to_the_smaller(effects):
    gap = rows_of(effects, "unseen-gap")
    assert set(gap["model_a"]) == {"vae-20"}
    assert set(gap["model_b"]) == {"vae-04"}
    for region, worth in WORTH.items():
        found = gap.loc[f"test.{region}", ["value", "low", "high"]].to_numpy(float)
        assert found == pytest.approx(worth - WORTH_OF_FEW[region])
    assert gap.loc["test", "low"] < gap.loc["test", "value"] < gap.loc["test", "high"] < 0


def test_differences_that_no_image_changes_have_no_width_however_hard_the_images(effects):
    pair = rows_of(effects, "seed_pairs", "model_a", "model_b", "stratum").loc[("vae-20-seed-1", "vae-20", "test")]
    assert (pair["value"], pair["low"], pair["high"]) == pytest.approx((1, 1, 1))
    run = rows_of(effects, "run", "model_a", "stratum").loc[("vae-20", "test")]
    assert run["high"] - run["low"] > 2


def test_another_model_changes_no_interval_of_two_runs(world):
    rng = np.random.default_rng(6)
    models, scores = dict(QUICK.models), {}
    for name in ("vae-20", "vae-20-seed-1", "vae-32", "vae-32-seed-1"):
        scores[name] = world[2][name].assign(log_likelihood=rng.normal(-90, 5, 900))
    models["vae-08"], models["vae-08-seed-1"] = (
        models[name].model_copy(update={"latent_dim": 8}) for name in ("vae-20", "vae-20-seed-1")
    )
    more = scores | {"vae-08": scores["vae-32"], "vae-08-seed-1": scores["vae-32-seed-1"]}
    params = QUICK.model_copy(update={"models": models})
    fewer, found = (
        rows_of(
            pd.DataFrame(seed_effects(params, known, compare_pairs(params, known))),
            "seed_pairs", "model_a", "model_b", "stratum",
        )[["value", "low", "high"]]
        for known in (scores, more)
    )  # fmt: skip
    assert len(found) == 1.5 * len(fewer)
    assert found.loc[fewer.index].equals(fewer)
    same = (found.loc[(f"{name}-seed-1", name)] for name in ("vae-08", "vae-32"))
    assert not next(same).equals(next(same))


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


def test_only_test_images_with_a_gain_below_the_error_count_as_negative(world):
    *_, scores = world
    small, middle = scores["vae-04"], scores["vae-20"].copy()
    lost = middle.index[middle["subset"] == "test"][:3]
    middle.loc[lost, "log_likelihood"] = small.loc[lost, "log_likelihood"] - [0.1, 0.6, 7]
    for other in ("train", "pc1-low"):
        middle.loc[middle.index[middle["subset"] == other][0], "log_likelihood"] -= 100
    gains = gains_of(middle, small)
    assert negative_gains(gains, 4.0)["id"].tolist() == middle.loc[[lost[2], lost[1]], "id"].tolist()
    assert (gains["gain"] < 0).sum() == 3


def test_ink_is_compared_with_that_of_the_same_class():
    gains = pd.DataFrame({"id": [1, 2, 3, 4, 5, 6], "label": [0, 0, 0, 1, 1, 1]})
    ink = pd.Series({1: 10.0, 2: 20, 3: 30, 4: 1, 5: 2, 6: 3})
    assert less_ink_than_the_class(gains, ink).tolist() == [True, False, False, True, False, False]


def test_the_error_of_a_gain_is_that_of_both_scores(world):
    *_, scores = world
    gains = gains_of(scores["vae-20"].assign(standard_error=0.3), scores["vae-04"].assign(standard_error=0.4))
    assert gains["joint_error"].to_numpy() == pytest.approx(0.5)
    assert gains["gain"].to_numpy() == pytest.approx(10)


def test_fewer_models_have_fewer_effects(world):
    images, split, scores = world
    alone = dimension_effects(QUICK, {"vae-20": scores["vae-20"]}, images, split, compare_pairs(QUICK, scores).iloc[:0])
    assert set(alone["kind"]) == {"run"}
