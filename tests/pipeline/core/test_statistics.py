"""Facts of mathematics about intervals and shares: coverage, agreement with scipy and closed forms, sums."""

import math
from functools import partial

import numpy as np
import pytest
from scipy.stats import entropy, norm, ttest_1samp, ttest_ind
from sklearn.linear_model import LinearRegression

from pipeline.core.statistics import (
    Interval,
    bernoulli_entropy,
    bootstrap_counts,
    deviation_chi2,
    difference_newcombe,
    difference_normal,
    difference_pooled,
    difference_welch,
    jackknife_t,
    least_squares,
    mean_bootstrap,
    mean_normal,
    mean_products,
    mean_t,
    normal_interval,
    normal_quantile,
    percentile_interval,
    r_squared_of_subsets,
    shapley_shares,
    share_wilson,
)

A, B = np.array([1.0, 2.5, 4.0]), np.array([0.0, 0.3, 0.2, 0.4])


def coverage(truth, interval, draw, repetitions=500):
    """Share of simulated data sets whose 95% interval holds the truth."""
    rng = np.random.default_rng(0)
    found = [interval(*draw(rng), 0.95) for _ in range(repetitions)]
    return np.mean([low <= truth <= high for _, low, high in found])


@pytest.mark.parametrize(
    ("truth", "interval", "draw"),
    [
        (1, mean_normal, lambda rng: [rng.exponential(size=200)]),
        (1, mean_t, lambda rng: [rng.normal(1, 3, 4)]),
        (1, difference_normal, lambda rng: [rng.normal(1, 1, 100), rng.normal(0, 5, 200)]),
        (1, difference_welch, lambda rng: [rng.normal(1, 1, 5), rng.normal(0, 4, 9)]),
        (1, difference_pooled, lambda rng: [rng.normal(1, 1, 1), rng.normal(0, 1, 3)]),
        (2, deviation_chi2, lambda rng: [rng.normal(0, 2, 3)]),
        (0.1, share_wilson, lambda rng: [int(rng.binomial(60, 0.1)), 60]),
    ],
)
def test_an_interval_of_95_per_cent_covers_the_truth_as_often(truth, interval, draw):
    assert 0.92 <= coverage(truth, interval, draw) <= 0.985


def test_the_bootstrap_covers_the_mean_of_skewed_values():
    rng, hits = np.random.default_rng(5), 0
    for _ in range(300):
        _, low, high = mean_bootstrap(rng.exponential(size=80), 0.95, 200, rng)
        hits += low <= 1 <= high
    assert 0.90 <= hits / 300 <= 0.98


def test_the_bootstrap_covers_the_mean_of_few_values():
    """A plain percentile interval covers 90 per cent of the means of ten."""
    rng, hits = np.random.default_rng(6), 0
    for _ in range(1000):
        _, low, high = mean_bootstrap(rng.normal(size=10), 0.95, 400, rng)
        hits += low <= 0 <= high
    assert 0.93 <= hits / 1000 <= 0.97


def test_welch_covers_a_difference_of_three_runs_and_a_bootstrap_does_not():
    rng, hits = np.random.default_rng(0), {"welch": 0, "bootstrap": 0}
    for _ in range(400):
        a, b = rng.normal(0, 1, 3), rng.normal(0, 2, 3)
        _, low, high = difference_welch(a, b, 0.95)
        hits["welch"] += low <= 0 <= high
        ends = np.quantile([rng.choice(a, 3).mean() - rng.choice(b, 3).mean() for _ in range(200)], [0.025, 0.975])
        hits["bootstrap"] += ends[0] <= 0 <= ends[1]
    assert 0.92 <= hits["welch"] / 400 <= 0.99
    assert hits["bootstrap"] / 400 < 0.88


def test_newcombes_interval_covers_the_difference_of_two_shares():
    rng, hits = np.random.default_rng(1), 0
    for _ in range(500):
        a, b = (share_wilson(int(rng.binomial(n, p)), n, 0.95) for n, p in ((80, 0.95), (50, 0.8)))
        _, low, high = difference_newcombe(a, b)
        hits += low <= 0.15 <= high
    assert 0.92 <= hits / 500 <= 0.985


def test_the_normal_quantile_is_the_one_of_the_tables():
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)
    assert normal_interval(3.0, 0.5, 0.95) == pytest.approx((3, 2.020018, 3.979982), abs=1e-6)


def test_t_intervals_agree_with_scipy():
    for interval, equal in ((difference_welch, False), (difference_pooled, True)):
        expected = ttest_ind(A, B, equal_var=equal).confidence_interval(0.9)
        assert interval(A, B, 0.9) == pytest.approx((A.mean() - B.mean(), expected.low, expected.high))
    expected = ttest_1samp(B, 0).confidence_interval(0.9)
    assert mean_t(B, 0.9) == pytest.approx((B.mean(), expected.low, expected.high))


def test_the_normal_interval_of_a_mean_agrees_with_scipy():
    expected = norm.interval(0.9, B.mean(), B.std(ddof=1) / 2)
    assert mean_normal(B, 0.9) == pytest.approx((B.mean(), *expected))
    assert mean_normal(B, 0.9).half == pytest.approx((expected[1] - expected[0]) / 2)


def test_the_interval_of_a_deviation_is_that_of_the_chi_squared_table():
    expected = (1, math.sqrt(2 / 7.37776), math.sqrt(2 / 0.0506356))
    assert deviation_chi2(np.array([1.0, 2.0, 3.0]), 0.95) == pytest.approx(expected, rel=1e-4)


def test_values_that_do_not_vary_have_an_interval_without_width():
    assert difference_welch(np.ones(3), np.zeros(3), 0.95) == (1, 1, 1)
    assert mean_bootstrap(np.ones(5), 0.95, 100, np.random.default_rng(0)) == (1, 1, 1)


def test_wilsons_interval_is_the_published_one():
    assert share_wilson(8, 10, 0.95) == pytest.approx((0.8, 0.4901625, 0.9433178), abs=1e-6)
    assert share_wilson(10, 10, 0.95).high == pytest.approx(1)


def test_newcombes_interval_is_the_published_one():
    # Newcombe (1998), table II, example (a): 56/70 - 48/80, method 10.
    found = difference_newcombe(share_wilson(56, 70, 0.95), share_wilson(48, 80, 0.95))
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


def test_a_difference_of_symmetric_intervals_has_the_root_of_the_sum_of_squares():
    assert difference_newcombe(Interval(5, 2, 8), Interval(1, -3, 5)) == (4, -1, 9)


def test_bootstrap_samples_begin_with_the_data_and_have_as_many_rows():
    counts = bootstrap_counts(7, 50, np.random.default_rng(0))
    assert counts.shape == (51, 7)
    assert counts[0].tolist() == [1] * 7
    assert (counts.sum(axis=1) == 7).all()
    assert (counts[1:] != 1).any()


def test_the_percentile_interval_is_of_the_resamples_about_the_datas_value():
    samples = np.array([10.0, *np.arange(101)])
    assert percentile_interval(samples, 0.9) == pytest.approx((10, 5, 95))


@pytest.fixture(scope="module")
def table():
    """A constant, three predictors of which the last two are in one group, and what they explain."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((300, 3)) + rng.standard_normal((300, 1))
    y = 5 + x @ [1.0, 0.5, -2.0] + rng.standard_normal(300)
    return np.column_stack([np.ones(300), x, y])


def test_least_squares_agree_with_scikit_learn_on_the_resampled_rows(table):
    counts = bootstrap_counts(300, 3, np.random.default_rng(1))
    coefficients, r_squared = least_squares(mean_products(table, counts), [1, 3], 4)
    for place, count in enumerate(counts):
        rows = table.repeat(count, axis=0)
        expected = LinearRegression().fit(rows[:, [1, 3]], rows[:, 4])
        assert coefficients[place] == pytest.approx([expected.intercept_, *expected.coef_])
        assert r_squared[place] == pytest.approx(expected.score(rows[:, [1, 3]], rows[:, 4]))


def test_predictors_that_depend_on_the_constant_do_no_harm(table):
    label = np.arange(300) % 3
    indicators = (label[:, None] == np.arange(3)).astype(float)
    columns = np.column_stack([np.ones(300), indicators, table[:, 4]])
    moments = mean_products(columns, bootstrap_counts(300, 0, np.random.default_rng(0)))
    assert least_squares(moments, [1, 2, 3], 4)[1] == pytest.approx(least_squares(moments, [1, 2], 4)[1])


def test_nothing_explains_a_target_that_does_not_vary(table):
    columns = np.column_stack([table[:, :2], np.full(300, 2.0)])
    moments = mean_products(columns, bootstrap_counts(300, 4, np.random.default_rng(0)))
    assert least_squares(moments, [1], 2)[1].tolist() == [0] * 5


def test_shapley_shares_add_up_to_r_squared_and_are_those_of_all_orders(table):
    moments = mean_products(table, bootstrap_counts(300, 5, np.random.default_rng(2)))
    found = r_squared_of_subsets(moments, {"a": [1], "b": [2], "c": [3]}, 4)
    shares = shapley_shares(found)
    assert list(shares) == ["a", "b", "c"]
    assert sum(shares.values()) == pytest.approx(found[frozenset(shares)])
    r = {"".join(sorted(chosen)): values for chosen, values in found.items()}
    first, second, last = 2 * (r["a"] - r[""]), r["ab"] - r["b"] + r["ac"] - r["c"], 2 * (r["abc"] - r["bc"])
    assert shares["a"] == pytest.approx((first + second + last) / 6)


def test_groups_that_explain_the_same_share_it(table):
    moments = mean_products(table, bootstrap_counts(300, 5, np.random.default_rng(2)))
    shares = shapley_shares(r_squared_of_subsets(moments, {"one": [1, 2], "copy": [1, 2], "other": [3]}, 4))
    assert shares["one"] == pytest.approx(shares["copy"])


def test_the_entropy_of_a_bernoulli_variable_agrees_with_scipy_and_is_0_when_it_is_certain():
    p = np.array([0.0, 0.2, 0.5, 1.0])
    assert bernoulli_entropy(p) == pytest.approx(entropy(np.stack([p, 1 - p])))
    assert bernoulli_entropy(p)[[0, 3]].tolist() == [0, 0]
    assert bernoulli_entropy(p)[2] == pytest.approx(math.log(2))


@pytest.mark.parametrize(
    "interval",
    [partial(mean_normal, B), partial(mean_t, B), partial(share_wilson, 3, 9), partial(deviation_chi2, B)],
)
def test_a_higher_confidence_needs_a_wider_interval(interval):
    assert interval(0.99).low < interval(0.9).low < interval(0.9).high < interval(0.99).high


def test_the_jackknife_of_a_mean_is_students_interval():
    values = np.array([3.0, 5, 9, 1, 4, 6])
    (found,) = jackknife_t(lambda total: total[:1] / total[1], np.stack([values, np.ones(6)], axis=1), 0.9)
    assert found == pytest.approx(mean_t(values, 0.9))


def test_the_jackknife_of_a_ratio_covers_it_as_often_as_it_says():
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        steps = rng.integers(50, 500, 20)
        dips = rng.poisson(0.05 * steps * rng.gamma(4, 1 / 4, 20))
        (found,) = jackknife_t(lambda total: total[:1] / total[1], np.stack([dips, steps], axis=1).astype(float), 0.95)
        hits += found.low <= 0.05 <= found.high
    assert 0.9 <= hits / 400 <= 0.98
