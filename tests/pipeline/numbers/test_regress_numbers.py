import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.regress.tables import (
    CONSTANT,
    VARYING,
    read_regression,
    write_regression,
)
from pipeline.numbers.regress import costs, regression_numbers
from tests.support.regressions import PARAMS, SEEDS, make_regression


@pytest.fixture(scope="module")
def found():
    return make_regression()


@pytest.fixture(scope="module")
def numbers(found):
    return regression_numbers(PARAMS, found, 0.95)


def without_dips(found):
    return dataclasses.replace(found, **{name: getattr(found, name).iloc[:0] for name in ("dips", "falls", "moves")})


def with_levels(found, **rows):
    """Return the study with one bin per variant and seed: its steps, dips, and mean square and cost per step."""
    parts = []
    for name in PARAMS.variants:
        steps, dips, square, cost = rows.get(name, rows["varying"])
        for seed in range(SEEDS):
            # Alternate seeds differ, so that no interval has length zero.
            some = 1 + 0.1 * (seed % 2)
            row = {"steps": steps, "dips": dips * some, "square": square * steps, "cost": cost * steps * some}
            parts.append(pd.DataFrame([{"variant": name, "seed": seed, "level": 25.0} | row]))
    return dataclasses.replace(found, levels=pd.concat(parts))


def test_every_number_is_finite_or_text(numbers):
    assert all(isinstance(value, str) or math.isfinite(value) for value in numbers.values())


def test_the_contributions_to_the_mean_dip_add_up_to_its_depth(numbers):
    parts = sum(numbers[f"regress.varying.deepest_{part}"] for part in ("first", "second", "noise"))
    assert parts == pytest.approx(-numbers["regress.varying.deepest_depth"], rel=1e-4)


def test_the_costliest_points_are_the_fewest_that_bear_half_of_the_cost(found):
    points = costs(found.falls[found.falls["variant"] == VARYING])
    for _, own in points.groupby("seed"):
        costliest = own[own["costliest"]]["cost"]
        assert costliest.sum() >= own["cost"].sum() / 2 > costliest.sum() - costliest.min() - 1e-9


def test_the_two_models_are_compared_by_seed(found, numbers):
    mean = found.outcomes.groupby("variant")[["holdout", "dips"]].mean()
    for key, factor in (("holdout", PARAMS.holdout), ("dips", 1)):
        wanted = factor * (mean.loc[VARYING, key] - mean.loc[CONSTANT, key])
        assert numbers[f"regress.varying.{key}_difference.value"] == pytest.approx(wanted)


def test_the_one_sigma_has_one_value_in_table_and_text(found):
    outcomes = found.outcomes.assign(smallest=[0.1, 0.2, 0.3, 0.4, 0.5, 9.0] * len(PARAMS.variants))
    again = regression_numbers(PARAMS, dataclasses.replace(found, outcomes=outcomes), 0.95)
    assert again["regress.constant.smallest"] == pytest.approx(0.35)
    assert "regress.constant.sigma_quiet" not in again


def test_only_what_a_variant_changes_is_quoted_as_its_setting(numbers):
    assert numbers["regress.varying.hidden"] == "two hidden layers of 20"
    assert numbers["regress.narrow.hidden"] == "two hidden layers of 8"
    assert "regress.narrow.learning_rate" not in numbers
    assert numbers["regress.slow-mean.learning_rate"] == 0.001
    assert "regress.slow-mean.learning_rate_sigma" not in numbers


RATES = {
    "varying": (1000, 50, 0.1, 5.0),
    "constant": (1000, 10, 0.1, 2.0),
    "shallow": (1000, 10, 0.05, 2.5),
    "clipped": (1000, 90, 0.2, 10.0),
}


def test_variants_are_compared_with_plain_sigma_in_dips_moves_and_price(found):
    again = regression_numbers(PARAMS, with_levels(found, **RATES), 0.95)
    assert again["regress.constant.price_ratio.value"] == pytest.approx(0.4)
    assert again["regress.shallow.move_ratio.value"] == pytest.approx(0.5**0.5)
    assert again["regress.clipped.dip_rate_difference.value"] == pytest.approx(42)
    assert again["regress.varying.price_ratio.value"] == pytest.approx(2.5)


def test_the_least_move_that_is_a_dip_costs_the_threshold(found):
    again = regression_numbers(PARAMS, with_levels(found, varying=(1000, 50, 0.1, 5.0)), 0.95)
    price = 1.05 * 5.0 / 0.1
    assert price * again["regress.varying.least_move"] ** 2 == pytest.approx(PARAMS.dip)


def test_a_variant_without_a_level_in_common_has_no_rate(found):
    levels = found.levels.assign(level=found.levels["level"] + 1000 * (found.levels["variant"] == "slow"))
    again = regression_numbers(PARAMS, dataclasses.replace(found, levels=levels), 0.95)
    assert "regress.slow.dip_rate" not in again
    assert "regress.floor.dip_rate" in again


def test_shortfalls_are_not_cut_off_where_dips_are(found):
    """Shortfalls scatter around the cost; of those beyond the threshold alone, most are above it."""
    rng = np.random.default_rng(3)
    cost = np.exp(rng.uniform(np.log(5), np.log(200), 20_000))
    shortfall = cost * np.exp(rng.normal(scale=0.8, size=cost.size))
    moves = pd.DataFrame({"cost": cost, "shortfall": shortfall, "seed": np.arange(cost.size) % 7})
    again = regression_numbers(PARAMS, dataclasses.replace(found, moves=moves.assign(variant=VARYING)), 0.95)
    cut = moves[moves["shortfall"] > PARAMS.dip]
    assert np.median(cut["shortfall"] / cut["cost"]) > 1.2
    assert again["regress.varying.far_ratio"] == pytest.approx(1, abs=0.05)
    assert again["regress.varying.far_ratio_least"] == pytest.approx(np.exp(-1.645 * 0.8), rel=0.1)
    assert again["regress.varying.far_steps"] == (cost >= PARAMS.dip).sum()


def test_sigma_is_compared_with_the_noise_at_either_end(found):
    fits = found.fits.assign(sigma=1.5 * found.fits["noise"])
    again = regression_numbers(PARAMS, dataclasses.replace(found, fits=fits), 0.95)
    assert again["regress.varying.sigma_quiet"] == pytest.approx(1.5 * again["regress.varying.noise_quiet"])
    middle = fits.loc[fits["variant"] == VARYING, "noise"].median()
    assert again["regress.varying.noise_quiet"] < 0.5 * middle < 2 * middle < again["regress.varying.noise_loud"]
    assert again["regress.varying.sigma_loud"] == pytest.approx(1.5 * again["regress.varying.noise_loud"])


def test_tables_without_a_dip_are_written_and_read(found, tmp_path):
    write_regression(tmp_path.joinpath, without_dips(found))
    again = read_regression(tmp_path.joinpath)
    assert len(again.dips) == len(again.falls) == 0
    assert len(again.traces) == len(found.traces)
    assert not {"regress.varying.far_ratio", "regress.varying.deepest_depth"} & set(
        regression_numbers(PARAMS, again, 0.95)
    )


def test_a_lower_confidence_makes_every_interval_narrower(found, numbers):
    again = regression_numbers(PARAMS, found, 0.5)
    stems = [key.removesuffix(".low") for key in numbers if key.endswith(".low")]
    widths = [[of[f"{stem}.high"] - of[f"{stem}.low"] for stem in stems] for of in (again, numbers)]
    assert len(stems) > 30
    assert all(narrow < wide or narrow == wide == 0 for narrow, wide in zip(*widths, strict=True))
