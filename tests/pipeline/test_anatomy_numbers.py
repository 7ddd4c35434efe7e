import math

import numpy as np
import pytest

from pipeline.anatomy.coins import floor
from pipeline.anatomy.numbers import anatomy_numbers, gap_numbers
from pipeline.anatomy.price import by_digit
from pipeline.config import load_params
from tests.tiny import ROOT

PARAMS = load_params(ROOT / "params.yaml")


@pytest.fixture(scope="module")
def tables(wide_study):
    return wide_study.tables


@pytest.fixture(scope="module")
def numbers(tables):
    return anatomy_numbers(tables.anatomy, tables.scores, tables.images.grey, PARAMS)


def test_floor_and_price_add_up_to_what_an_image_costs(tables, numbers):
    own = tables.scores["vae-20"]
    test = own[own["set"] == "test"]
    assert numbers["anatomy.floor.mean"] + numbers["anatomy.price.mean"] == pytest.approx(
        -test["log_likelihood"].mean()
    )
    assert numbers["anatomy.floor.mean"] == pytest.approx(floor(tables.images.grey[test["id"]]).mean())
    assert numbers["anatomy.cost.mean"] == pytest.approx(-test["log_likelihood"].mean())


def test_the_likeliest_digit_is_ranked_by_what_it_costs_beside_its_floor(tables, numbers):
    table = by_digit(tables.scores["vae-20"], tables.images.grey)
    likeliest = int(numbers["anatomy.likeliest.digit"])
    mean = table["floor"] + table["price"]
    assert mean[likeliest] == mean.min()
    assert numbers["anatomy.likeliest.rank"] == table["ratio"].rank()[likeliest]
    assert table["ratio"][int(numbers["anatomy.cheapest.digit"])] == table["ratio"].min()


def test_gaps_are_those_of_the_score_table(tables):
    own = tables.scores["vae-20"]
    found = gap_numbers(own, 0.95)
    gap = (own["log_likelihood"] - own["elbo"])[own["set"] == "test"]
    assert found["gap.test.mean"] == pytest.approx(gap.mean())
    assert found["gap.largest"] == gap.max()
    assert found["gap.test.high"] - found["gap.test.mean"] == pytest.approx(
        1.96 * gap.std() / math.sqrt(len(gap)), rel=1e-3
    )


def test_more_draws_never_beat_more_images_at_the_same_work(numbers):
    for network in ("encoder", "decoder"):
        key = f"anatomy.gradients.{network}.outside"
        draws = numbers[f"{key}.1.draws_percent"]
        assert numbers[f"{key}.1.doubled_percent"] == pytest.approx(draws / 2)
        assert numbers[f"{key}.1.same_work_percent"] == pytest.approx(100 - draws) != 0
        assert numbers[f"{key}.16.signal_to_noise"] == pytest.approx(4 * numbers[f"{key}.1.signal_to_noise"])


def test_flips_that_move_nothing_let_a_model_agree_with_itself(tables):
    still = tables.anatomy.estimates.copy()
    still.loc[(still["quantity"] == "deviation") & (still["part"] == "flips"), "value"] = 0.0
    found = anatomy_numbers(tables.anatomy._replace(estimates=still), tables.scores, tables.images.grey, PARAMS)
    assert found["anatomy.flips.repeat"] == found["anatomy.flips.ceiling"] == 1


def test_relatives_are_told_by_what_they_differ_in(numbers):
    assert numbers["anatomy.other.binarization"] == "vae-20-threshold"
    assert numbers["anatomy.other.seed"] == "vae-20-seed-1"


def test_what_was_not_measured_has_no_number(tables):
    assert anatomy_numbers(None, tables.scores, tables.images.grey, PARAMS) == {}
    others = {name: table for name, table in tables.scores.items() if name != "vae-20"}
    assert anatomy_numbers(tables.anatomy, others, tables.images.grey, PARAMS) == {}


def test_every_number_is_finite_or_a_word(numbers):
    assert len(numbers) > 150
    assert all(isinstance(value, str) or np.isfinite(value) for value in numbers.values())
