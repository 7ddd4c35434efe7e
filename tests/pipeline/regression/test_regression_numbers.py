import math

import numpy as np
import pytest

from pipeline.regression.numbers import anatomy, regression_numbers
from pipeline.regression.tables import CONSTANT, SCHEMAS, VARYING, Regression, read_regression, write_regression
from tests.regressions import PARAMS, make_regression


@pytest.fixture(scope="module")
def found():
    return make_regression()


@pytest.fixture(scope="module")
def numbers(found):
    return regression_numbers(PARAMS, found, 0.95)


def without_dips(found):
    empty = {name: getattr(found, name).iloc[:0] for name in ("dips", "falls")}
    return Regression(found.traces, fits=found.fits, outcomes=found.outcomes, **empty)


def test_every_number_is_finite_or_a_word(numbers):
    assert all(isinstance(value, str) or math.isfinite(value) for value in numbers.values())


def test_the_parts_of_a_mean_dip_add_up_to_its_depth(numbers):
    for name in (CONSTANT, VARYING):
        parts = sum(numbers[f"regress.{name}.deepest_{part}"] for part in ("first", "second", "noise"))
        assert parts == pytest.approx(-numbers[f"regress.{name}.deepest_depth"], rel=1e-4)


def test_the_constant_model_pays_its_own_price(found):
    points = anatomy(found.falls[found.falls["variant"] == CONSTANT], found.fits)
    assert points["paid"].to_numpy() == pytest.approx(points["paid_constant"].to_numpy(), rel=0.1)


def test_the_fewest_points_carry_half_of_the_cost(found):
    points = anatomy(found.falls[found.falls["variant"] == VARYING], found.fits)
    for _, own in points.groupby("seed"):
        carriers = own[own["carrier"]]["paid"]
        assert carriers.sum() >= own["paid"].sum() / 2 > carriers.sum() - carriers.min() - 1e-9


def test_the_plain_model_does_not_differ_from_itself(numbers):
    assert numbers[f"regress.{VARYING}.dips_difference"] == numbers[f"regress.{VARYING}.holdout_gain"] == 0


def test_gains_are_a_variants_mean_less_that_of_the_plain_model(found, numbers):
    mean = found.outcomes.groupby("variant")[["holdout", "dips_all"]].mean()
    gains = mean - mean.loc[VARYING]
    assert (gains.drop(VARYING)["holdout"] != 0).all()
    for name in PARAMS.variants:
        assert numbers[f"regress.{name}.holdout_gain"] == pytest.approx(gains.loc[name, "holdout"], abs=1e-9)
        assert numbers[f"regress.{name}.dips_all_difference"] == pytest.approx(gains.loc[name, "dips_all"], abs=1e-9)


def test_depths_are_told_by_least_squares_through_the_origin(found, numbers):
    for name in (CONSTANT, VARYING):
        own = found.dips[(found.dips["variant"] == name) & (found.dips["measure"] == "nats")]
        slope = np.linalg.lstsq(-own[["second"]].to_numpy(), own["depth"].to_numpy(), rcond=None)[0]
        assert numbers[f"regress.{name}.slope"] == pytest.approx(slope[0])
        uphill = 100 * np.mean(own["step_first"] > 0)
        assert numbers[f"regress.{name}.uphill_percent"] == pytest.approx(uphill)
        assert numbers[f"regress.{name}.dips_seen"] == len(own) > 2


def test_tables_come_back_even_without_a_dip(found, tmp_path):
    paths = {name: tmp_path / f"{name}.parquet" for name in SCHEMAS}
    write_regression(paths, without_dips(found))
    again = read_regression(paths)
    assert len(again.dips) == len(again.falls) == 0
    assert len(again.traces) == len(found.traces)
    assert "regress.varying.slope" not in regression_numbers(PARAMS, again, 0.95)
