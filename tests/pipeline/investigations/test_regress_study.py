"""Tables made from a run whose every step is given."""

import numpy as np
import pytest

from pipeline.investigations.regress.data import Points
from pipeline.investigations.regress.study import dips, levels, moves, outcomes
from pipeline.investigations.regress.training import Run, total
from tests.support.parameters import PARAMS as STUDY

PARAMS = STUDY.regress.model_copy(update={"dip": 30.0, "settle": 3})
POINTS = Points(np.array([[1.0, 2.0]], np.float32), np.zeros((1, 2), np.float32))
HOLDOUT = Points(np.array([[1.0, 2.0, 3.0, 4.0]], np.float32), np.zeros((1, 4), np.float32))


@pytest.fixture
def run():
    """Two dips, one of them before dips count; the holdout is best earlier than the training points."""
    f = np.array([[1.0, 1.0], [2.0, 2.0], [0.0, 0.0], [1.0, 1.0]], np.float32)[:, None]
    sigma = np.array([[0.5, 0.5], [0.3, 0.3], [0.1, 0.2], [0.1, 0.1]], np.float32)[:, None]
    train = np.stack([total(POINTS.y, *step) for step in zip(f, sigma, strict=True)])
    return Run(train, np.array([0, 2]), np.array([[50.0], [8.0]]), f, sigma)


def test_outcomes_are_taken_at_the_best_step_of_training(run):
    found = outcomes(run, HOLDOUT, PARAMS).iloc[0]
    assert found["holdout"] == pytest.approx(8 / 4)
    assert found["smallest"] == pytest.approx(0.1)


def test_only_dips_after_the_settling_steps_count(run):
    found = outcomes(run, HOLDOUT, PARAMS).iloc[0]
    assert (found["dips"], found["dips_share"]) == (1, 1)
    assert found["deepest"] == pytest.approx(run.train[2, 0] - run.train[3, 0])
    early = outcomes(run, HOLDOUT, PARAMS.model_copy(update={"settle": 0})).iloc[0]
    assert early["dips"] == 2


def test_contributions_are_counted_from_the_peak_to_the_bottom_and_in_the_last_step(run):
    last, early = (dips(run, POINTS, PARAMS.model_copy(update={"settle": settle})).iloc[0] for settle in (3, 0))
    for row, best, bottom in ((last, 2, 3), (early, 0, 1)):
        assert row["depth"] == pytest.approx(run.train[best, 0] - run.train[bottom, 0])
        assert row["first"] + row["second"] + row["noise"] == pytest.approx(-row["depth"])
        assert row["second"] == pytest.approx(-np.sum((run.f[bottom] - run.f[best]) ** 2 / run.sigma[best] ** 2) / 2)
        assert row["step_first"] == row["first"]


def test_steps_are_tabulated_with_the_moves_of_f_that_they_make(run):
    settled = PARAMS.model_copy(update={"settle": 0, "bin": 1000.0})
    found = levels(run, settled)
    assert found["steps"].sum() == 2
    assert found["square"].sum() == pytest.approx(1 + 1)
    assert found["cost"].sum() == pytest.approx(2 / (2 * 0.5**2) + 1 / (2 * 0.1**2) + 1 / (2 * 0.2**2))
    assert found["dips"].sum() == 2


def test_moves_are_from_the_best_step_so_far_and_of_any_size(run):
    found = moves(run, POINTS, PARAMS.model_copy(update={"settle": 0}))
    assert found["shortfall"].tolist() == pytest.approx([run.train[at, 0] - run.train[at + 1, 0] for at in (0, 2)])
    assert found["cost"].tolist() == pytest.approx([2 / (2 * 0.5**2), 1 / (2 * 0.1**2) + 1 / (2 * 0.2**2)])
    assert moves(run, POINTS, PARAMS)["shortfall"].tolist() == found["shortfall"].tolist()[1:]
