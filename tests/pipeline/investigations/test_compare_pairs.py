import numpy as np
import pandas as pd
import pytest

from pipeline.config import CompareParams
from pipeline.investigations.compare.pairs import bootstrap_interval, compare
from pipeline.likelihood.subset_means import WHOLE, summary, trustworthy

PARAMS = CompareParams(pairs=(("a", "b"),), resamples=1000, confidence=0.95)


def scores(images=400, seed=0, shift=0.0, sets=("test", "pc1-low")):
    rng = np.random.default_rng(seed)
    hard = np.random.default_rng(99).normal(-90, 15, images)
    return pd.DataFrame(
        {
            "id": np.arange(images),
            "set": np.repeat(sets, images // len(sets)),
            "region": np.tile(["centre", "pc1-low"], images // 2),
            "log_likelihood": hard + shift + rng.normal(0, 1, images),
            "elbo": hard - 3,
            "standard_error": np.full(images, 0.1),
            "pareto_k": 0.3,
            "draws": 500,
        }
    )


def test_a_difference_is_the_mean_over_the_images_that_both_have():
    a, b = scores(seed=1, shift=2.0), scores(seed=2).iloc[::2]
    both = a.merge(b, on="id")
    table = compare(a, b, PARAMS, np.random.default_rng(0)).set_index(["set", "region"])
    part = both[both["set_x"] == "test"]
    expected = (part["log_likelihood_x"] - part["log_likelihood_y"]).mean()
    assert table.loc[("test", WHOLE), "difference"] == pytest.approx(expected)
    assert table.loc[("test", WHOLE), "images"] == len(part)


def test_a_model_does_not_differ_from_itself():
    table = compare(scores(), scores(), PARAMS, np.random.default_rng(0))
    assert (table[["difference", "low", "high"]] == 0).all().all()


def test_exchanging_the_models_turns_the_sign():
    forth = compare(scores(seed=1), scores(seed=2), PARAMS, np.random.default_rng(0))
    back = compare(scores(seed=2), scores(seed=1), PARAMS, np.random.default_rng(0))
    assert np.allclose(forth["difference"], -back["difference"])
    assert np.allclose(forth["low"], -back["high"], atol=0.05)


def test_pairing_makes_the_interval_much_narrower_than_the_spread_of_the_images():
    row = compare(scores(seed=1), scores(seed=2), PARAMS, np.random.default_rng(0)).iloc[0]
    whole = summary(scores(seed=1)).iloc[0]
    assert row["high"] - row["low"] < 0.5 * whole["sampling_error"]


def test_regions_are_told_apart_in_the_test_set_alone():
    table = compare(scores(seed=1), scores(seed=2), PARAMS, np.random.default_rng(0))
    assert set(zip(table["set"], table["region"], strict=True)) == {
        ("test", WHOLE),
        ("test", "centre"),
        ("test", "pc1-low"),
        ("pc1-low", WHOLE),
    }


def test_the_interval_covers_the_mean_as_often_as_it_says():
    rng, hits = np.random.default_rng(5), 0
    for _ in range(300):
        low, high = bootstrap_interval(rng.exponential(size=80), PARAMS, rng)
        hits += low <= 1 <= high
    assert 0.90 <= hits / 300 <= 0.98


def test_both_errors_of_a_mean_are_those_of_the_mean():
    rows = summary(scores()).set_index(["set", "region"])
    own = scores().query("set == 'test'")
    row = rows.loc[("test", WHOLE)]
    assert row["monte_carlo_error"] == pytest.approx(0.1 / np.sqrt(len(own)))
    assert row["sampling_error"] == pytest.approx(own["log_likelihood"].sem())
    assert row["images"] == len(own)


def test_the_bar_for_trust_follows_the_number_of_draws():
    table = pd.DataFrame({"pareto_k": [0.6, 0.6, 0.69, 0.71], "draws": [100, 10_000, 10_000, 10_000]})
    assert list(trustworthy(table)) == [False, True, True, False]
