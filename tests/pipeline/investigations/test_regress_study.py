"""Tables made from a run whose every step is given."""

import numpy as np
import pytest

from pipeline.investigations.regress.data import Points
from pipeline.investigations.regress.study import dips, outcomes
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
    found = outcomes(run, POINTS, HOLDOUT, PARAMS).iloc[0]
    assert found["best"] == pytest.approx(run.train[2, 0] / 2)
    assert found["holdout"] == pytest.approx(8 / 4)
    assert found["smallest"] == pytest.approx(0.1)


def test_only_dips_after_the_settling_steps_count(run):
    found = outcomes(run, POINTS, HOLDOUT, PARAMS).iloc[0]
    assert (found["dips_all"], found["dips_share"]) == (1, 1)
    assert found["deepest_all"] == pytest.approx(run.train[2, 0] - run.train[3, 0])
    early = outcomes(run, POINTS, HOLDOUT, PARAMS.model_copy(update={"settle": 0})).iloc[0]
    assert early["dips_all"] == 2


def test_contributions_are_counted_from_the_peak_and_the_share_from_the_start(run):
    found = dips(run, POINTS, PARAMS).set_index("measure")
    for measure in ("nats", "share"):
        row = found.loc[measure]
        assert (row["peak"], row["start"], row["bottom"]) == (2, 3, 3)
        assert row["first"] + row["second"] + row["noise"] == pytest.approx(-row["depth"])
        assert row["step_first"] + row["step_second"] + row["step_noise"] == pytest.approx(-row["depth"])
        assert row["share"] == pytest.approx(row["depth"] / (run.train[2, 0] - run.train[0, 0]))
