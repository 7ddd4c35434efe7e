from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from pipeline.investigations.regress.contributions import decompose
from pipeline.investigations.regress.dips import Dip, best_steps, find_dips, peak, span

REAL = st.floats(-5, 5, allow_subnormal=False)
VECTORS = arrays(np.float64, 6, elements=REAL)
SIGMAS = arrays(np.float64, 6, elements=st.floats(0.05, 5))
MADE_UP = np.array([0, 10, 20, 15, 20, 30, -10, -20, 25, 40, 5, 39, 50.0])


def test_dips_of_a_made_up_trace():
    assert find_dips(MADE_UP, 8.0, 0) == [Dip(7, 50.0), Dip(10, 35.0)]
    assert find_dips(MADE_UP, 4.0, 0) == [Dip(3, 5.0), Dip(7, 50.0), Dip(10, 35.0)]
    assert find_dips(MADE_UP, 40.0, 0) == [Dip(7, 50.0)]
    assert find_dips(MADE_UP, 50.0, 0) == []


def test_no_dip_starts_before_training_has_settled():
    assert find_dips(MADE_UP, 8.0, 7) == [Dip(7, 50.0), Dip(10, 35.0)]
    assert find_dips(MADE_UP, 8.0, 8) == [Dip(10, 35.0)]


def test_a_dip_that_the_trace_ends_in_counts_up_to_the_end():
    assert find_dips(np.array([0, 5, -8, -9.0]), 3.0, 0) == [Dip(3, 14.0)]


def test_a_trace_that_only_rises_has_no_dip():
    assert find_dips(np.arange(20.0), 0.5, 0) == []


def test_a_dip_is_measured_from_the_best_step_before_it():
    dips = find_dips(MADE_UP, 8.0, 0)
    assert [peak(MADE_UP, dip) for dip in dips] == [5, 9]
    assert [MADE_UP[peak(MADE_UP, dip)] - MADE_UP[dip.bottom] for dip in dips] == [dip.depth for dip in dips]
    assert span(MADE_UP) == 50


def test_the_best_step_so_far_is_the_last_of_equals():
    assert best_steps(np.array([1, 0, 2, 2, 1, 3.0])).tolist() == [0, 0, 2, 3, 3, 5]


@given(arrays(np.float64, 30, elements=REAL), st.floats(0.1, 5), st.integers(0, 20))
def test_each_run_of_steps_far_below_the_running_maximum_is_one_dip(trace, threshold, settle):
    shortfall = (np.maximum.accumulate(trace) - trace)[settle:]
    runs = [list(run) for far, run in groupby(shortfall, lambda one: one > threshold) if far]
    found = find_dips(trace, threshold, settle)
    assert [dip.depth for dip in found] == [max(run) for run in runs]
    assert [shortfall[dip.bottom - settle] for dip in found] == [dip.depth for dip in found]


@given(VECTORS, VECTORS, SIGMAS, VECTORS, SIGMAS)
def test_the_contributions_add_up_to_the_change_of_log_likelihood(y, f, sigma, f_new, sigma_new):
    change = norm(f_new, sigma_new).logpdf(y) - norm(f, sigma).logpdf(y)
    assert decompose(y, f, sigma, f_new, sigma_new).total == pytest.approx(change, rel=1e-9, abs=1e-7)


def test_the_first_order_is_the_slope_in_f_and_the_second_order_has_no_direction():
    y, f, sigma = np.array([1.0, -2.0]), np.array([0.4, 0.1]), np.array([0.5, 2.0])
    move = np.array([1e-6, 1e-6])
    slope = (norm(f + move, sigma).logpdf(y) - norm(f - move, sigma).logpdf(y)) / 2
    there, back = (decompose(y, f, sigma, f + way * move, sigma) for way in (1, -1))
    assert there.first == pytest.approx(slope, rel=1e-6)
    assert there.second == pytest.approx(back.second)
    assert there.noise.tolist() == [0, 0]


def test_the_second_order_cost_of_a_move_is_inverse_to_the_square_of_sigma():
    dear, cheap = (decompose(np.zeros(1), np.zeros(1), s, np.ones(1), s).second for s in (np.ones(1), 10 * np.ones(1)))
    assert dear == pytest.approx(100 * cheap)
