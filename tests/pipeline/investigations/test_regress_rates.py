"""Rates of dips at equal log likelihood, of traces that are written down."""

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.regress.dips import find_dips
from pipeline.investigations.regress.rates import compare, price_ratio, steps_by_level, tally

DIP, WIDTH, SEEDS = 30.0, 50.0, 6


def make_trace(*stretches):
    """Return a trace of stretches, each as (level, steps, steps from one dip of a single step to the next)."""
    parts = []
    for level, steps, every in stretches:
        part = np.full(steps, float(level))
        part[every - 1 :: every] -= 2 * DIP
        parts.append(part)
    return np.concatenate(parts)


def table_of(name, trace, move=1.0, price=1.0, seeds=SEEDS):
    square = np.full(len(trace) - 1, move**2)
    found = steps_by_level(trace, square, price * square, DIP, 0, WIDTH)
    return pd.concat([found.assign(variant=name, seed=seed) for seed in range(seeds)])


def compared(own, plain):
    sums = tally(pd.concat([own, plain]))
    return compare(sums["own"], sums["plain"], 0.95)


def test_equal_rates_over_unequal_numbers_of_steps_do_not_differ():
    slow = make_trace((10, 1000, 50))
    fast = make_trace((10, 100, 50), (110, 900, 10))
    assert len(find_dips(slow, DIP, 0)) == 20
    assert len(find_dips(fast[:100], DIP, 0)) == 2
    found = compared(table_of("own", slow), table_of("plain", fast))
    assert found["dip_rate_difference"].value == pytest.approx(0, abs=0.5)
    assert found["dip_rate"].value == pytest.approx(1000 / 49, rel=0.02)


def test_a_rate_that_grows_with_the_log_likelihood_is_no_difference_between_variants():
    low, high = (make_trace((10, a, 100), (110, b, 10)) for a, b in ((9000, 1000), (1000, 9000)))
    own, plain = table_of("own", low), table_of("plain", high)
    whole = [one["dips"].sum() / one["steps"].sum() for one in (own, plain)]
    assert whole[1] > 3 * whole[0]
    assert compared(own, plain)["dip_rate_difference"].value == pytest.approx(0, abs=0.5)


def test_a_lower_rate_at_every_level_is_found_where_more_steps_give_as_many_dips():
    rare, often = make_trace((10, 1000, 100)), make_trace((10, 100, 10), (110, 10, 5))
    assert len(find_dips(rare, DIP, 0)) == len(find_dips(often[:100], DIP, 0))
    found = compared(table_of("own", rare), table_of("plain", often))
    assert found["dip_rate_difference"].high < 0


def test_only_steps_from_outside_a_dip_and_after_the_first_are_counted():
    trace = np.array([0, 40, -60, -50, 40, 60, 10, 60, 61.0])
    found = steps_by_level(trace, np.arange(8.0), np.ones(8), DIP, 1, WIDTH).set_index("level")
    assert found["steps"].to_dict() == {25: 2, 75: 2}
    assert found["dips"].to_dict() == {25: 1, 75: 1}
    assert found["square"].to_dict() == {25: 1 + 4, 75: 5 + 7}
    assert found["dips"].sum() == len(find_dips(trace, DIP, 1))


def test_a_run_that_never_leaves_a_dip_has_no_steps():
    found = steps_by_level(np.array([0.0, -90, -80, -70]), np.ones(3), np.ones(3), DIP, 1, WIDTH)
    assert found[["steps", "dips", "square", "cost"]].to_numpy().tolist() == [[0, 0, 0, 0]]


def test_a_level_below_zero_is_in_the_bin_below():
    assert steps_by_level(np.array([-1.0, -1, -1]), np.ones(2), np.ones(2), DIP, 0, WIDTH)["level"].tolist() == [-25]


def test_both_variants_have_the_same_weights_in_the_bins():
    own = table_of("own", make_trace((10, 101, 10), (110, 301, 10)))
    plain = table_of("plain", make_trace((10, 401, 20), (110, 41, 5)))
    ours, theirs = (one.groupby("level")[["steps", "dips"]].sum() for one in (own, plain))
    weights = ours["steps"] * theirs["steps"] / (ours["steps"] + theirs["steps"])
    difference = ours["dips"] / ours["steps"] - theirs["dips"] / theirs["steps"]
    wanted = 1000 * np.average(difference, weights=weights)
    assert compared(own, plain)["dip_rate_difference"].value == pytest.approx(wanted)


def test_moves_and_prices_are_those_of_a_step():
    trace = make_trace((10, 500, 25))
    found = compared(table_of("own", trace, move=0.5, price=12.0), table_of("plain", trace, move=2.0, price=4.0))
    assert found["move_ratio"].value == pytest.approx(0.25)
    assert found["price_ratio"].value == pytest.approx(3)
    low, dear = tally(pd.concat([table_of("a", trace, price=2.0), table_of("b", trace + 500, price=10.0)])).values()
    assert price_ratio(dear, low, 0.95).value == pytest.approx(5)


def test_variants_without_a_level_in_common_are_not_compared():
    assert compared(table_of("own", make_trace((10, 100, 10))), table_of("plain", make_trace((510, 100, 10)))) == {}


def test_variants_with_a_level_in_common_that_one_seed_alone_reached_are_not_compared():
    shared = [table_of(name, make_trace((level, 100, 10))) for name, level in (("own", 10), ("plain", 510))]
    alone = table_of("own", make_trace((510, 100, 10)), seeds=1)
    assert compared(pd.concat([shared[0], alone]), shared[1]) == {}


def test_a_bin_that_a_seed_never_reached_has_no_steps():
    whole = pd.concat([table_of("own", make_trace((10, 100, 10))), table_of("own", make_trace((110, 51, 10)), seeds=1)])
    sums = tally(whole)["own"]
    assert sums.shape == (SEEDS, 4, 2)
    assert sums[:, 0, 1].tolist() == [45] + [0] * (SEEDS - 1)


def test_the_interval_is_paired_by_seed():
    own, plain = [], []
    for seed, steps in enumerate((300, 500, 400, 900, 700, 200)):
        trace = make_trace((10, 1000, 1000 // (steps // 100)))
        own.append(table_of("own", trace, seeds=1).assign(seed=seed))
        plain.append(table_of("plain", trace, seeds=1).assign(seed=seed))
    found = compared(pd.concat(own), pd.concat(plain))["dip_rate_difference"]
    assert (found.low, found.high) == (0, 0)
