import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from pipeline.core.statistics import mean_t
from pipeline.investigations.regress.tables import (
    CONSTANT,
    SCHEMAS,
    VARYING,
    Regression,
    read_regression,
    write_regression,
)
from pipeline.numbers.regress import costs, regression_numbers
from tests.support.regressions import PARAMS, POINTS, make_regression


@pytest.fixture(scope="module")
def found():
    return make_regression()


@pytest.fixture(scope="module")
def numbers(found):
    return regression_numbers(PARAMS, found, 0.95)


def without_dips(found):
    empty = {name: getattr(found, name).iloc[:0] for name in ("dips", "falls")}
    return Regression(found.traces, fits=found.fits, outcomes=found.outcomes, **empty)


def dips_of(found):
    return found.dips[(found.dips["variant"] == VARYING) & (found.dips["measure"] == "nats")]


def with_counts(found, **counts):
    """Return the study with these counts up to the common level, one per seed or one for all, under every variant."""
    table = [own.assign(**counts) for _, own in found.outcomes.groupby("variant", sort=False)]
    return dataclasses.replace(found, outcomes=pd.concat(table))


def test_every_number_is_finite_or_text(numbers):
    assert all(isinstance(value, str) or math.isfinite(value) for value in numbers.values())


def test_the_contributions_to_the_mean_dip_add_up_to_its_depth(numbers):
    for name in (CONSTANT, VARYING):
        parts = sum(numbers[f"regress.{name}.deepest_{part}"] for part in ("first", "second", "noise"))
        assert parts == pytest.approx(-numbers[f"regress.{name}.deepest_depth"], rel=1e-4)


def test_both_costs_of_the_constant_models_moves_are_alike(found):
    points = costs(found.falls[found.falls["variant"] == CONSTANT], found.fits)
    assert points["cost"].to_numpy() == pytest.approx(points["cost_constant"].to_numpy(), rel=0.1)


def test_the_costliest_points_are_the_fewest_that_bear_half_of_the_cost(found):
    points = costs(found.falls[found.falls["variant"] == VARYING], found.fits)
    for _, own in points.groupby("seed"):
        costliest = own[own["costliest"]]["cost"]
        assert costliest.sum() >= own["cost"].sum() / 2 > costliest.sum() - costliest.min() - 1e-9


def test_the_plain_model_does_not_differ_from_itself(numbers):
    assert numbers[f"regress.{VARYING}.dips_difference"] == numbers[f"regress.{VARYING}.holdout_gain"] == 0


def test_gains_are_a_variants_mean_less_that_of_the_plain_model(found, numbers):
    mean = found.outcomes.groupby("variant")[["holdout", "dips_all"]].mean()
    mean["holdout"] *= PARAMS.holdout
    gains = mean - mean.loc[VARYING]
    assert (gains.drop(VARYING)["holdout"] != 0).all()
    for name in PARAMS.variants:
        assert numbers[f"regress.{name}.holdout_gain"] == pytest.approx(gains.loc[name, "holdout"], abs=1e-9)
        assert numbers[f"regress.{name}.dips_all_difference"] == pytest.approx(gains.loc[name, "dips_all"], abs=1e-9)


def test_the_slope_of_depths_is_that_of_least_squares_through_the_origin(found, numbers):
    for name in (CONSTANT, VARYING):
        own = found.dips[(found.dips["variant"] == name) & (found.dips["measure"] == "nats")]
        slope = np.linalg.lstsq(-own[["second"]].to_numpy(), own["depth"].to_numpy(), rcond=None)[0]
        assert numbers[f"regress.{name}.slope"] == pytest.approx(slope[0])
        uphill = 100 * np.mean(own["step_first"] > 0)
        assert numbers[f"regress.{name}.uphill_percent"] == pytest.approx(uphill)
        assert numbers[f"regress.{name}.dips_seen"] == len(own) > 2


def test_the_rest_leaves_out_dips_less_than_half_as_deep_as_predicted(found, numbers):
    assert numbers["regress.varying.rank_correlation"] == pytest.approx(
        dips_of(found)["depth"].corr(-dips_of(found)["second"], method="spearman")
    )
    depths = pd.DataFrame({"depth": [40.0, 60.0, 90.0, 10.0], "second": [-40.0, -60.0, -90.0, -1000.0]})
    made = dips_of(found).head(4).reset_index(drop=True).assign(**depths, noise=[-1.0, -1.0, -1.0, 990.0])
    again = regression_numbers(PARAMS, dataclasses.replace(found, dips=made), 0.95)
    assert again["regress.varying.slope"] < 0.05
    assert again["regress.varying.rest_slope"] == again["regress.varying.rest_correlation"] == pytest.approx(1)
    assert again["regress.varying.half_percent"] == 25
    assert again["regress.varying.half_noise_percent"] == 100


def test_rates_are_of_the_steps_in_which_dips_are_counted(found):
    counts = {
        "steps": PARAMS.settle + 499,
        "dips": 10,
        "steps_other": [PARAMS.settle - 1] * 3 + [PARAMS.settle + 99] * 3,
    }
    again = regression_numbers(PARAMS, with_counts(found, **counts, dips_other=[0, 0, 0, 4, 5, 6]), 0.95)
    assert again["regress.slow.dip_rate"] == pytest.approx(20)
    assert again["regress.slow.dip_rate_other"] == pytest.approx(50)
    ends = [again[f"regress.slow.rate_difference_{end}"] for end in ("low", "high")]
    assert np.mean(ends) == pytest.approx(-30)
    assert ends[0] < -30


def test_there_is_no_rate_where_every_seed_reaches_the_level_before_dips_count(found):
    again = regression_numbers(PARAMS, with_counts(found, steps_other=PARAMS.settle - 1, dips_other=0), 0.95)
    assert not [key for key in again if ".rate_difference" in key]


def test_the_interval_of_a_rate_is_that_of_the_mean_where_all_seeds_have_equally_many_steps(found):
    dips = np.array([3, 5, 9, 1, 4, 6])
    counts = {"steps": PARAMS.settle + 999, "steps_other": PARAMS.settle + 999, "dips": dips, "dips_other": 0}
    again = regression_numbers(PARAMS, with_counts(found, **counts), 0.95)
    wanted = mean_t(dips.astype(float), 0.95)
    assert again["regress.slow.rate_difference_low"] == pytest.approx(wanted.low)
    assert again["regress.slow.rate_difference_high"] == pytest.approx(wanted.high)


def test_sigma_is_compared_with_the_noise_at_either_end_and_where_f_misses_the_true_function(found):
    last = found.fits.groupby(["variant", "seed"])["x"].transform("max") == found.fits["x"]
    noise = found.fits["noise"]
    fits = found.fits.assign(f=found.fits["line"] + last * 2 * noise, sigma=noise * np.where(last, 3.0, 1.5))
    again = regression_numbers(PARAMS, dataclasses.replace(found, fits=fits), 0.95)
    assert again["regress.varying.sigma_quiet"] == pytest.approx(1.5 * again["regress.varying.noise_quiet"])
    assert again["regress.varying.noise_quiet"] < again["regress.varying.noise_loud"]
    assert again["regress.varying.missed_percent"] == pytest.approx(100 * 2 / POINTS)
    assert again["regress.varying.sigma_missed"] == pytest.approx(3)
    assert again["regress.varying.sigma_met"] == pytest.approx(1.5)


def test_the_least_move_that_is_a_dip_costs_the_threshold(found, numbers):
    falls = found.falls[(found.falls["variant"] == VARYING) & (found.falls["seed"] == 0)]
    again = regression_numbers(PARAMS, dataclasses.replace(found, falls=falls), 0.95)
    move = falls["f_bottom"] - falls["f_peak"]
    shrunk = move * again["regress.varying.least_move"] / np.sqrt((move**2).mean())
    assert (shrunk**2 / (2 * falls["sigma_peak"] ** 2)).sum() == pytest.approx(PARAMS.dip)


def test_tables_without_a_dip_are_written_and_read(found, tmp_path):
    paths = {name: tmp_path / f"{name}.parquet" for name in SCHEMAS}
    write_regression(paths, without_dips(found))
    again = read_regression(paths)
    assert len(again.dips) == len(again.falls) == 0
    assert len(again.traces) == len(found.traces)
    assert "regress.varying.slope" not in regression_numbers(PARAMS, again, 0.95)


def test_a_lower_confidence_makes_every_interval_narrower(found, numbers):
    again = regression_numbers(PARAMS, found, 0.5)
    stems = [key.removesuffix("_low") for key in numbers if key.endswith("_low")]
    widths = [[of[f"{stem}_high"] - of[f"{stem}_low"] for stem in stems] for of in (again, numbers)]
    assert len(stems) > 50
    assert all(narrow < wide or narrow == wide == 0 for narrow, wide in zip(*widths, strict=True))
