import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from pipeline.investigations.regress.contributions import decompose
from pipeline.investigations.regress.dips import Dip, brink, find_dips, span
from pipeline.investigations.regress.equal import dips_until, interval, matched, reached

REAL = st.floats(-5, 5, allow_subnormal=False)
VECTORS = arrays(np.float64, 6, elements=REAL)
SIGMAS = arrays(np.float64, 6, elements=st.floats(0.05, 5))
MADE_UP = np.array([0, 10, 20, 15, 20, 30, -10, -20, 25, 40, 5, 39, 50.0])


def test_dips_of_a_made_up_trace():
    assert find_dips(MADE_UP, 8, 0) == [Dip(6, 7, 2, 50.0), Dip(10, 10, 1, 35.0)]
    assert find_dips(MADE_UP, 4, 0) == [Dip(3, 3, 1, 5.0), Dip(6, 7, 3, 50.0), Dip(10, 10, 1, 35.0)]
    assert find_dips(MADE_UP, 40, 0) == [Dip(7, 7, 1, 50.0)]
    assert find_dips(MADE_UP, 50, 0) == []


def test_no_dip_starts_before_training_has_settled():
    assert find_dips(MADE_UP, 8, 7) == [Dip(7, 7, 1, 50.0), Dip(10, 10, 1, 35.0)]
    assert find_dips(MADE_UP, 8, 8) == [Dip(10, 10, 1, 35.0)]


def test_a_dip_that_the_trace_ends_in_lasts_to_its_end():
    (dip,) = find_dips(np.array([0, 5, -9, -8.0]), 3, 0)
    assert (dip.start, dip.duration, dip.end) == (2, 2, 4)


def test_a_trace_that_only_rises_has_no_dip():
    assert find_dips(np.arange(20.0), 0.5, 0) == []


def test_a_dip_is_measured_from_the_best_step_before_it():
    dips = find_dips(MADE_UP, 8, 0)
    assert [brink(MADE_UP, dip) for dip in dips] == [5, 9]
    assert [MADE_UP[brink(MADE_UP, dip)] - MADE_UP[dip.bottom] for dip in dips] == [dip.depth for dip in dips]
    assert span(MADE_UP) == 50


@given(arrays(np.float64, 30, elements=REAL), st.floats(0.1, 5), st.integers(0, 20))
def test_what_is_in_no_dip_is_not_deep(trace, threshold, settle):
    inside = np.zeros(30, bool)
    for dip in find_dips(trace, threshold, settle):
        inside[dip.start : dip.end] = True
        assert dip.depth > threshold
    shortfall = np.maximum.accumulate(trace) - trace
    assert (shortfall[settle:][~inside[settle:]] <= threshold).all()


@given(VECTORS, VECTORS, SIGMAS, VECTORS, SIGMAS)
def test_the_parts_add_up_to_the_change_in_log_likelihood(y, f, sigma, f_new, sigma_new):
    change = norm(f_new, sigma_new).logpdf(y) - norm(f, sigma).logpdf(y)
    assert decompose(y, f, sigma, f_new, sigma_new).total == pytest.approx(change, rel=1e-9, abs=1e-7)


def test_the_first_part_is_the_slope_in_f_and_the_second_has_no_direction():
    y, f, sigma = np.array([1.0, -2.0]), np.array([0.4, 0.1]), np.array([0.5, 2.0])
    move = np.array([1e-6, 1e-6])
    slope = (norm(f + move, sigma).logpdf(y) - norm(f - move, sigma).logpdf(y)) / 2
    there, back = (decompose(y, f, sigma, f + way * move, sigma) for way in (1, -1))
    assert there.first == pytest.approx(slope, rel=1e-6)
    assert there.second == pytest.approx(back.second)
    assert there.noise.tolist() == [0, 0]


def test_a_floor_ten_times_as_high_makes_a_move_a_hundred_times_as_cheap():
    dear, cheap = (decompose(np.zeros(1), np.zeros(1), s, np.ones(1), s).second for s in (np.ones(1), 10 * np.ones(1)))
    assert dear == pytest.approx(100 * cheap)


def test_dips_are_counted_until_both_hold_the_common_level():
    slow, fast = np.array([0, 5, 0, 6, 0, 7.0]), np.array([0, 7, 20, 0, 30.0])
    found = matched(slow, fast, 3, 0)
    assert found["level"] == 7
    assert (found["steps"], found["dips"], found["deepest"]) == (5, 2, 6)
    assert (found["steps_other"], found["dips_other"], found["deepest_other"]) == (1, 0, 0)
    assert matched(fast, slow, 3, 0)["dips_other"] == 2


def test_a_trace_is_matched_with_itself_without_difference():
    found = matched(MADE_UP, MADE_UP, 8, 0)
    assert found["dips"] == found["dips_other"] == 2
    assert reached(MADE_UP, 30) == 5
    assert dips_until(MADE_UP, 30, 8, 0) == (0, 0.0)


def test_the_interval_holds_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    found = [interval(rng.normal(3, 2, 6), 0.9) for _ in range(2000)]
    assert np.mean([one.low < 3 < one.high for one in found]) == pytest.approx(0.9, abs=0.02)
    assert all(one.low < one.mean < one.high for one in found)
