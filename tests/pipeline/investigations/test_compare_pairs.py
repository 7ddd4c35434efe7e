import numpy as np
import pandas as pd
import pytest

from pipeline.core.statistics import mean_bootstrap
from pipeline.investigations.compare.pairs import compare
from pipeline.likelihood.subset_means import WHOLE, summary, trustworthy
from tests.support.parameters import PARAMS

INTERVALS = PARAMS.intervals.model_copy(update={"resamples": 1000})


def scores(images=400, seed=0, shift=0.0, sets=("test", "pc1-low")):
    rng = np.random.default_rng(seed)
    hard = np.random.default_rng(99).normal(-90, 15, images)
    return pd.DataFrame(
        {
            "id": np.arange(images),
            "subset": np.repeat(sets, images // len(sets)),
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
    table = compare(a, b, INTERVALS, np.random.default_rng(0)).set_index(["subset", "region"])
    part = both[both["subset_x"] == "test"]
    expected = (part["log_likelihood_x"] - part["log_likelihood_y"]).mean()
    assert table.loc[("test", WHOLE), "difference"] == pytest.approx(expected)
    assert table.loc[("test", WHOLE), "images"] == len(part)


def test_a_model_does_not_differ_from_itself():
    table = compare(scores(), scores(), INTERVALS, np.random.default_rng(0))
    assert (table[["difference", "low", "high"]] == 0).all().all()


def test_exchanging_the_models_changes_the_sign():
    forth = compare(scores(seed=1), scores(seed=2), INTERVALS, np.random.default_rng(0))
    back = compare(scores(seed=2), scores(seed=1), INTERVALS, np.random.default_rng(0))
    assert np.allclose(forth["difference"], -back["difference"])
    assert np.allclose(forth["low"], -back["high"], atol=0.05)


def test_pairing_makes_the_interval_much_narrower_than_the_spread_of_the_images():
    row = compare(scores(seed=1), scores(seed=2), INTERVALS, np.random.default_rng(0)).iloc[0]
    whole = summary(scores(seed=1)).iloc[0]
    assert row["high"] - row["low"] < 0.5 * whole["sampling_error"]


def test_only_the_test_subset_is_split_by_region():
    table = compare(scores(seed=1), scores(seed=2), INTERVALS, np.random.default_rng(0))
    assert set(zip(table["subset"], table["region"], strict=True)) == {
        ("test", WHOLE),
        ("test", "centre"),
        ("test", "pc1-low"),
        ("pc1-low", WHOLE),
    }


def test_the_interval_is_the_bootstrap_interval_of_the_mean_difference():
    a, b = scores(seed=1, sets=("test",)), scores(seed=2, sets=("test",))
    row = compare(a, b, INTERVALS, np.random.default_rng(5)).iloc[0]
    values = (a["log_likelihood"] - b["log_likelihood"]).to_numpy()
    expected = mean_bootstrap(values, INTERVALS.confidence, INTERVALS.resamples, np.random.default_rng(5))
    assert (row["difference"], row["low"], row["high"]) == expected


def test_both_errors_of_a_mean_are_those_of_the_mean():
    rows = summary(scores()).set_index(["subset", "region"])
    own = scores().query("subset == 'test'")
    row = rows.loc[("test", WHOLE)]
    assert row["monte_carlo_error"] == pytest.approx(0.1 / np.sqrt(len(own)))
    assert row["sampling_error"] == pytest.approx(own["log_likelihood"].sem())
    assert row["images"] == len(own)


def test_the_bound_on_the_pareto_shape_depends_on_the_number_of_draws():
    table = pd.DataFrame({"pareto_k": [0.6, 0.6, 0.69, 0.71], "draws": [100, 10_000, 10_000, 10_000]})
    assert list(trustworthy(table)) == [False, True, True, False]
