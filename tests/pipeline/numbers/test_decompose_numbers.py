import math

import numpy as np
import pytest

from pipeline.investigations.decompose.binarization import binarization_entropy
from pipeline.numbers.decompose import decompose_numbers, draw_numbers, gap_numbers
from pipeline.numbers.excess_nats import excess_nats
from tests.support.parameters import PARAMS


@pytest.fixture(scope="module")
def tables(wide_study):
    return wide_study.tables


@pytest.fixture(scope="module")
def numbers(tables):
    return decompose_numbers(tables.decomposition, tables.scores, tables.images.grey, PARAMS)


def test_entropy_and_excess_add_up_to_minus_the_log_likelihood(tables, numbers):
    own = tables.scores["vae-20"]
    test = own[own["subset"] == "test"]
    assert numbers["decompose.binarization_entropy.mean"] + numbers["decompose.excess_nats.mean"] == pytest.approx(
        -test["log_likelihood"].mean()
    )
    assert numbers["decompose.binarization_entropy.mean"] == pytest.approx(
        binarization_entropy(tables.images.grey[test["id"]]).mean()
    )
    assert numbers["decompose.negative_log_likelihood.mean"] == pytest.approx(-test["log_likelihood"].mean())


def test_the_likeliest_class_is_ranked_by_its_ratio_to_the_entropy(tables, numbers):
    table = excess_nats(tables.scores["vae-20"], tables.images.grey)
    likeliest = int(numbers["decompose.likeliest.label"])
    mean = table["binarization_entropy"] + table["excess_nats"]
    assert mean[likeliest] == mean.min()
    assert numbers["decompose.likeliest.rank"] == table["ratio"].rank()[likeliest]
    assert table["ratio"][int(numbers["decompose.lowest_ratio.label"])] == table["ratio"].min()


def test_gaps_are_those_of_the_score_table(tables):
    own = tables.scores["vae-20"]
    found = gap_numbers(own, 0.95)
    gap = (own["log_likelihood"] - own["elbo"])[own["subset"] == "test"]
    assert found["gap.test.mean"] == pytest.approx(gap.mean())
    assert found["gap.largest"] == gap.max()
    assert found["gap.test.high"] - found["gap.test.mean"] == pytest.approx(
        1.96 * gap.std() / math.sqrt(len(gap)), rel=1e-3
    )


def test_more_draws_never_beat_more_images_at_the_same_work(numbers):
    for network in ("encoder", "decoder"):
        key = f"decompose.gradients.{network}.outside"
        draws = numbers[f"{key}.1.draws_percent"]
        assert numbers[f"{key}.1.doubled_percent"] == pytest.approx(draws / 2)
        assert numbers[f"{key}.1.same_work_percent"] == pytest.approx(100 - draws) != 0
        assert numbers[f"{key}.16.signal_to_noise"] == pytest.approx(4 * numbers[f"{key}.1.signal_to_noise"])


def test_a_binarisation_without_variance_allows_a_correlation_of_one(tables):
    still = tables.decomposition.estimates.copy()
    still.loc[(still["quantity"] == "deviation") & (still["part"] == "binarization"), "value"] = 0.0
    found = decompose_numbers(tables.decomposition._replace(estimates=still), tables.scores, tables.images.grey, PARAMS)
    assert found["decompose.binarization.repeat"] == found["decompose.binarization.ceiling"] == 1


def test_a_binarisation_leaves_the_correlation_of_the_rest_of_the_variance(tables):
    own = tables.scores["vae-20"]
    within = own[own["subset"] == "test"].groupby("label")["log_likelihood"].var().mean()
    half = tables.decomposition.estimates.copy()
    half.loc[(half["quantity"] == "deviation") & (half["part"] == "binarization"), "value"] = math.sqrt(0.36 * within)
    found = decompose_numbers(tables.decomposition._replace(estimates=half), tables.scores, tables.images.grey, PARAMS)
    assert found["decompose.binarization.repeat"] == pytest.approx(0.64)
    assert found["decompose.binarization.ceiling"] == pytest.approx(0.8)


def test_the_shortfall_is_the_studys_estimate_less_the_average(tables):
    own, draws = tables.scores["vae-20"], tables.decomposition.draws
    draws = draws.assign(inside_spread=np.random.default_rng(0).random(len(draws)))
    numbers, study = draw_numbers(draws, own, 0.95), own.set_index("id")["log_likelihood"]
    for count, part in draws.groupby("draws"):
        short, key = study[part["id"]].to_numpy() - part["inside"].to_numpy(), f"draws.{count}"
        assert numbers[f"{key}.short.mean"] == pytest.approx(short.mean())
        assert numbers[f"{key}.worst"] == pytest.approx(short.max())
        assert numbers[f"{key}.inside_spread"] == pytest.approx(np.sqrt(np.mean(part["inside_spread"] ** 2)))


def test_the_error_of_the_drawn_images_mean_is_that_of_as_many_from_the_test_set(tables, numbers):
    own = tables.scores["vae-20"]
    variance = own[own["subset"] == "test"]["log_likelihood"].var()
    assert numbers["decompose.draws.study_error"] ** 2 * numbers["decompose.draws.images"] == pytest.approx(variance)


def test_signal_to_noise_is_a_ratio_of_deviations_and_shares_are_in_per_cent(tables, numbers):
    for row in tables.decomposition.gradients.to_dict("records"):
        key = f"decompose.gradients.{row['network']}.{row['objective']}.{row['draws']}.signal_to_noise"
        assert numbers[key] ** 2 * row["noise"] == pytest.approx(row["signal"])
    shares = [value for key, value in numbers.items() if key.startswith("decompose.share.") and key.endswith(".value")]
    expected = tables.decomposition.estimates.query("quantity == 'share'")["value"]
    assert sorted(shares) == pytest.approx(sorted(100 * expected))


def test_variants_are_named_by_the_parameter_in_which_they_differ(numbers):
    assert numbers["decompose.other.binarization"] == "vae-20-threshold"
    assert numbers["decompose.other.seed"] == "vae-20-seed-1"


def test_what_was_not_measured_has_no_number(tables):
    assert decompose_numbers(None, tables.scores, tables.images.grey, PARAMS) == {}
    others = {name: table for name, table in tables.scores.items() if name != "vae-20"}
    assert decompose_numbers(tables.decomposition, others, tables.images.grey, PARAMS) == {}


def test_every_number_is_finite_or_a_word(numbers):
    assert len(numbers) > 150
    assert all(isinstance(value, str) or np.isfinite(value) for value in numbers.values())
