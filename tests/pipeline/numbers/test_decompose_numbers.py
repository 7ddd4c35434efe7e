import math

import numpy as np
import pytest

from pipeline.config import load_params
from pipeline.investigations.decompose.binarization import floor
from pipeline.numbers.decompose import anatomy_numbers, draw_numbers, gap_numbers
from pipeline.numbers.excess_nats import by_digit
from tests.support.tiny import ROOT

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


def test_flips_leave_the_correlation_that_the_rest_of_the_variance_has(tables):
    own = tables.scores["vae-20"]
    within = own[own["set"] == "test"].groupby("digit")["log_likelihood"].var().mean()
    half = tables.anatomy.estimates.copy()
    half.loc[(half["quantity"] == "deviation") & (half["part"] == "flips"), "value"] = math.sqrt(0.36 * within)
    found = anatomy_numbers(tables.anatomy._replace(estimates=half), tables.scores, tables.images.grey, PARAMS)
    assert found["anatomy.flips.repeat"] == pytest.approx(0.64)
    assert found["anatomy.flips.ceiling"] == pytest.approx(0.8)


def test_what_is_still_short_is_the_studys_estimate_less_the_average(tables):
    own, draws = tables.scores["vae-20"], tables.anatomy.draws
    draws = draws.assign(inside_spread=np.random.default_rng(0).random(len(draws)))
    numbers, study = draw_numbers(draws, own, 0.95), own.set_index("id")["log_likelihood"]
    for count, part in draws.groupby("draws"):
        short, key = study[part["image"]].to_numpy() - part["inside"].to_numpy(), f"draws.{count}"
        assert numbers[f"{key}.short.mean"] == pytest.approx(short.mean())
        assert numbers[f"{key}.worst"] == pytest.approx(short.max())
        assert numbers[f"{key}.inside_spread"] == pytest.approx(np.sqrt(np.mean(part["inside_spread"] ** 2)))


def test_the_error_of_the_drawn_images_mean_is_that_of_so_many_from_the_test_set(tables, numbers):
    own = tables.scores["vae-20"]
    variance = own[own["set"] == "test"]["log_likelihood"].var()
    assert numbers["anatomy.draws.study_error"] ** 2 * numbers["anatomy.draws.images"] == pytest.approx(variance)


def test_signal_to_noise_is_a_ratio_of_deviations_and_shares_are_in_per_cent(tables, numbers):
    for row in tables.anatomy.gradients.to_dict("records"):
        key = f"anatomy.gradients.{row['network']}.{row['objective']}.{row['draws']}.signal_to_noise"
        assert numbers[key] ** 2 * row["noise"] == pytest.approx(row["signal"])
    shares = [value for key, value in numbers.items() if key.startswith("anatomy.share.") and key.endswith(".value")]
    expected = tables.anatomy.estimates.query("quantity == 'share'")["value"]
    assert sorted(shares) == pytest.approx(sorted(100 * expected))


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
