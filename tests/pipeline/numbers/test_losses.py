"""Images that lose from more dimensions: no false alarm is called a loss, and no outcome explains itself."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, norm

from pipeline.numbers.losses import loss_numbers, standardised_errors
from pipeline.validation.validate.tables import REFERENCE, STUDY
from tests.support.parameters import PARAMS

MIDDLE, SMALL = PARAMS.roles.middle, PARAMS.roles.small
IMAGES, CHECKED = 10_000, 300


def scored(log_likelihood, error, subset="test"):
    columns = {"id": np.arange(len(log_likelihood)), "subset": subset, "region": "centre", "elbo": log_likelihood - 3}
    columns |= {"label": np.arange(len(log_likelihood)) % 10, "pareto_k": 0.3, "draws": 500}
    return pd.DataFrame(columns | {"log_likelihood": log_likelihood, "standard_error": error})


def checked(errors, standard_error=0.1):
    """Return estimates that are off by these errors from a reference without error."""
    parts = [
        pd.DataFrame({"id": np.arange(len(errors)), "method": method, "log_likelihood": value, "standard_error": own})
        for method, value, own in ((STUDY, -90 + errors, standard_error), (REFERENCE, -90.0, 0.0))
    ]
    return pd.concat(parts)


def split_of(ink):
    return pd.DataFrame({"id": np.arange(len(ink)), "ink": ink})


def losses(scores, estimated, ink=None, params=PARAMS):
    ink = np.random.default_rng(9).random(len(scores[MIDDLE])) if ink is None else ink
    found = loss_numbers(params, scores, split_of(ink), estimated)
    return {key.removeprefix("compare.negative_gains."): value for key, value in found.items()}


def study(errors, truth_of_gain, rng):
    """Return scores and checks of two models whose estimates have errors of this law, in standard errors of 0.1."""
    level = rng.normal(-90, 15, IMAGES)
    scores = {
        MIDDLE: scored(level + truth_of_gain + 0.1 * errors(IMAGES), 0.1),
        SMALL: scored(level + 0.1 * errors(IMAGES), 0.1),
    }
    return scores, {name: checked(0.1 * errors(CHECKED)) for name in (MIDDLE, SMALL)}


def test_heavy_tailed_errors_are_not_taken_for_losses():
    rng = np.random.default_rng(0)
    found = losses(*study(lambda n: rng.standard_t(2, n), 0.0, rng))
    by_the_normal = IMAGES * norm.cdf(-PARAMS.compare.joint_errors)
    assert found["clear"] > 100 * by_the_normal
    assert found["checked_clear"] > 0
    assert found["false_most"] > found["clear"]
    assert found["real_least"] == 0


def test_losses_that_errors_cannot_make_are_called_real():
    rng = np.random.default_rng(1)
    gain = np.where(np.arange(IMAGES) % 20 == 1, -5.0, 5.0)
    found = losses(*study(rng.standard_normal, gain, rng))
    assert (found["images"], found["clear"], found["checked"], found["checked_clear"]) == (10_000, 500, 300, 0)
    assert found["clear_percent"] == pytest.approx(5)
    rate = 1 - 0.05 ** (1 / CHECKED)
    assert found["false_percent"] == pytest.approx(100 * rate)
    assert found["real_least"] == pytest.approx(500 - rate * IMAGES)


def test_the_upper_limit_of_the_rate_is_exact():
    rng = np.random.default_rng(2)
    scores, estimated = study(rng.standard_normal, 5.0, rng)
    errors = np.zeros(CHECKED)
    errors[:7] = -1.0
    found = losses(scores, estimated | {MIDDLE: checked(errors), SMALL: checked(np.zeros(CHECKED))})
    assert found["checked_clear"] == 7
    assert found["false_percent"] == pytest.approx(100 * beta.ppf(0.95, 8, CHECKED - 7))


def test_an_error_that_makes_a_gain_is_no_false_alarm():
    a, b = checked(np.array([3.0, 0, -3])), checked(np.array([0.0, 3, 0]))
    assert standardised_errors(a, b).to_numpy() == pytest.approx(np.array([3, -3, -3]) / np.hypot(0.1, 0.1))


def test_the_error_of_a_gain_counts_that_of_the_references_and_images_that_both_have():
    a, b = checked(np.ones(5)), checked(np.zeros(3))
    a.loc[a["method"] == REFERENCE, "standard_error"] = 0.3
    assert standardised_errors(a, b).to_numpy() == pytest.approx(np.full(3, 1 / np.sqrt(0.1**2 + 0.3**2 + 0.1**2)))


def test_images_of_the_tails_do_not_count():
    rng = np.random.default_rng(3)
    scores, estimated = study(rng.standard_normal, 5.0, rng)
    tail = np.arange(IMAGES) % 2 == 1
    for name, table in scores.items():
        table["subset"] = np.where(tail, "pc1-low", "test")
        table.loc[tail, "log_likelihood"] -= 20.0 * (name == MIDDLE)
    found = losses(scores, estimated)
    assert (found["images"], found["clear"], found["clear_percent"]) == (IMAGES // 2, 0, 0)


def test_the_ink_of_losing_images_is_compared_within_the_class_and_not_their_likelihood():
    rng = np.random.default_rng(4)
    level = rng.normal(-90, 15, IMAGES)
    ink = rng.random(IMAGES)
    noise = 12 * rng.standard_normal((2, IMAGES))
    scores = {MIDDLE: scored(level + 20 + noise[0], 0.1), SMALL: scored(level + noise[1], 0.1)}
    estimated = {name: checked(0.1 * rng.standard_normal(CHECKED)) for name in scores}
    found = losses(scores, estimated, ink)
    lost = scores[MIDDLE]["log_likelihood"] < scores[SMALL]["log_likelihood"] - 1
    assert scores[SMALL].loc[lost, "log_likelihood"].mean() > scores[SMALL]["log_likelihood"].mean() + 3
    assert found["ink_percent.low"] < 0 < found["ink_percent.high"]
    plain = {MIDDLE: scored(level + 20 - 60 * (ink < 0.2), 0.1), SMALL: scored(level, 0.1)}
    found = losses(plain, estimated, ink)
    assert found["less_ink_percent"] == pytest.approx(40, abs=2)
    assert found["more_ink_percent"] == 0
    assert found["ink_percent.low"] > 0


def test_a_class_with_little_ink_that_loses_does_not_make_plain_images_lose():
    rng = np.random.default_rng(5)
    level, label = rng.normal(-90, 15, IMAGES), np.arange(IMAGES) % 10
    loses = (label == 1) & (rng.random(IMAGES) < 0.5)
    scores = {MIDDLE: scored(level + np.where(loses, -5, 20), 0.1), SMALL: scored(level, 0.1)}
    estimated = {name: checked(0.1 * rng.standard_normal(CHECKED)) for name in scores}
    found = losses(scores, estimated, np.where(label == 1, 0.1, 1.0) * rng.random(IMAGES))
    assert found["clear_percent"] == pytest.approx(5, abs=0.5)
    assert found["ink_percent.low"] < 0 < found["ink_percent.high"]


def test_images_that_lose_between_all_runs_are_counted_beside():
    rng = np.random.default_rng(6)
    gain = np.where(np.arange(IMAGES) % 20 == 1, -5.0, 5.0)
    scores, estimated = study(rng.standard_normal, gain, rng)
    first = scores[SMALL]["log_likelihood"]
    scores["vae-20-seed-1"] = scored(first + np.where(np.arange(IMAGES) < IMAGES / 2, gain, 5), 0.1)
    found = losses(scores, estimated)
    assert (found["pairs_of_runs"], found["all_runs"]) == (2, 250)
    models = PARAMS.models | {"vae-04-seed-1": PARAMS.model(SMALL).model_copy(update={"seed": 1})}
    scores["vae-04-seed-1"] = scored(first - 10, 0.1)
    found = losses(scores, estimated, params=PARAMS.model_copy(update={"models": models}))
    assert (found["pairs_of_runs"], found["all_runs"]) == (4, 0)


def test_without_a_check_of_both_models_nothing_is_claimed():
    rng = np.random.default_rng(7)
    scores, estimated = study(rng.standard_normal, -5.0, rng)
    assert losses(scores, {MIDDLE: estimated[MIDDLE]}) == {}
    assert losses({MIDDLE: scores[MIDDLE]}, estimated, np.ones(IMAGES)) == {}
