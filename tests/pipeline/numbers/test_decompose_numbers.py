import math

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.decompose.binarization import binarization_entropy
from pipeline.investigations.decompose.shares import PARTS
from pipeline.numbers.decompose import decompose_numbers, draw_numbers, excess_numbers, gap_numbers
from pipeline.numbers.excess_nats import with_entropy
from tests.support.parameters import PARAMS


@pytest.fixture(scope="module")
def tables(wide_study):
    return wide_study.tables


@pytest.fixture(scope="module")
def numbers(tables):
    return decompose_numbers(tables.decomposition, tables.scores, tables.images, PARAMS)


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


def classes(**excess):
    """Test images of some classes: entropy and excess of each."""
    rng = np.random.default_rng(0)
    parts = []
    for label, (entropy, own) in enumerate(excess.values()):
        floor, above = entropy + rng.normal(0, 2, 400), own + rng.normal(0, 4, 400)
        columns = {"binarization_entropy": floor, "excess_nats": above, "log_likelihood": -floor - above}
        parts.append(pd.DataFrame(columns).assign(label=label))
    return pd.concat(parts, ignore_index=True)


def test_the_best_known_class_has_the_least_excess_whatever_its_ratio_to_the_entropy():
    found = excess_numbers(classes(thin=(20.0, 20.0), thick=(60.0, 45.0), middling=(40.0, 40.0)), 0.95)
    assert 105 / 60 < 40 / 20
    assert [found["least_excess.label"], found["least_excess.next"], found["likeliest.label"]] == ["0", "2", "0"]
    assert found["least_excess.lead.mean"] == pytest.approx(20, abs=1)
    assert found["least_excess.lead.low"] > 18
    assert found["likeliest.binarization_entropy.mean"] == pytest.approx(20, abs=1)
    assert found["likeliest.excess_nats.mean"] == pytest.approx(20, abs=1)


def test_the_likeliest_class_need_not_be_the_best_known_one():
    found = excess_numbers(classes(thin=(20.0, 30.0), thick=(60.0, 25.0), middling=(60.0, 24.9)), 0.95)
    assert found["likeliest.label"] == "0"
    assert found["likeliest.excess_nats.high"] < 0
    assert {found["least_excess.label"], found["least_excess.next"]} == {"1", "2"}
    assert found["least_excess.lead.low"] < 0 < found["least_excess.lead.mean"] < found["least_excess.lead.high"]


def test_an_excess_is_the_mean_over_the_images_of_a_class_with_its_interval(tables, numbers):
    test = with_entropy(tables.scores["vae-20"], tables.images.grey)
    own = test.loc[test["label"] == 3, "excess_nats"]
    reach = 1.96 * own.std() / math.sqrt(len(own))
    assert numbers["decompose.label.3.excess_nats.mean"] == pytest.approx(own.mean())
    assert numbers["decompose.label.3.excess_nats.high"] == pytest.approx(own.mean() + reach, rel=1e-3)


def test_gaps_are_those_of_the_score_table(tables):
    own = tables.scores["vae-20"]
    found = gap_numbers(own, 0.95)
    gap = (own["log_likelihood"] - own["elbo"])[own["subset"] == "test"]
    assert found["gap.test.mean"] == pytest.approx(gap.mean())
    assert found["gap.largest"] == gap.max()
    assert found["gap.test.high"] - found["gap.test.mean"] == pytest.approx(
        1.96 * gap.std() / math.sqrt(len(gap)), rel=1e-3
    )


def test_a_binarisation_without_variance_allows_a_correlation_of_one(tables):
    still = tables.decomposition.estimates.copy()
    still.loc[(still["quantity"] == "deviation") & (still["part"] == "binarization"), "value"] = 0.0
    found = decompose_numbers(tables.decomposition._replace(estimates=still), tables.scores, tables.images, PARAMS)
    assert found["decompose.binarization.repeat"] == found["decompose.binarization.ceiling"] == 1


def test_a_binarisation_leaves_the_correlation_of_the_rest_of_the_variance(tables):
    own = tables.scores["vae-20"]
    within = own[own["subset"] == "test"].groupby("label")["log_likelihood"].var().mean()
    half = tables.decomposition.estimates.copy()
    half.loc[(half["quantity"] == "deviation") & (half["part"] == "binarization"), "value"] = math.sqrt(0.36 * within)
    found = decompose_numbers(tables.decomposition._replace(estimates=half), tables.scores, tables.images, PARAMS)
    assert found["decompose.binarization.repeat"] == pytest.approx(0.64)
    assert found["decompose.binarization.ceiling"] == pytest.approx(0.8)


def test_the_shortfall_is_the_studys_estimate_less_the_average(tables):
    own, draws = tables.scores["vae-20"], tables.decomposition.draws
    draws = draws.assign(outside_spread=np.random.default_rng(0).random(len(draws)))
    numbers, study = draw_numbers(draws, own, 0.95), own.set_index("id")["log_likelihood"]
    longest = draws[draws["draws"] == 1024]
    short = study[longest["id"]].to_numpy() - longest["inside"].to_numpy()
    assert numbers["draws.short.mean"] == pytest.approx(short.mean())
    assert numbers["draws.short.worst"] == pytest.approx(short.max())
    assert numbers["draws.1024.outside_spread"] == pytest.approx(np.sqrt(np.mean(longest["outside_spread"] ** 2)))


def test_the_error_of_the_drawn_images_mean_is_that_of_as_many_from_the_test_set(tables, numbers):
    own = tables.scores["vae-20"]
    variance = own[own["subset"] == "test"]["log_likelihood"].var()
    assert numbers["decompose.draws.study_error"] ** 2 * numbers["decompose.draws.images"] == pytest.approx(variance)


def test_shares_are_in_per_cent_and_operations_in_millions(tables, numbers):
    expected = tables.decomposition.estimates.set_index(["quantity", "part"])["value"]
    for part, value in expected["share"].items():
        assert numbers[f"decompose.share.{part}.value"] == pytest.approx(100 * value)
    assert numbers["decompose.operations.draw"] == pytest.approx(1e-6 * expected["operations", "draw"])
    assert numbers["decompose.same_work.draws"] == expected["same_work", "draws"]
    assert numbers["decompose.same_work.encoder.value"] == pytest.approx(100 * expected["same_work", "encoder"])


@pytest.mark.parametrize("model", ["", ".vae-20-threshold"])
def test_a_lead_is_between_the_largest_share_and_the_next(numbers, model):
    parts = {part: numbers[f"decompose.share{model}.{part}.value"] for part in PARTS}
    first, second = sorted(parts, key=parts.get)[:-3:-1]
    assert (numbers[f"decompose.lead{model}.part"], numbers[f"decompose.lead{model}.next"]) == (first, second)
    assert numbers[f"decompose.lead{model}.value"] == pytest.approx(parts[first] - parts[second])


def test_the_entropy_is_held_against_the_contour_of_the_thresholded_image(tables, numbers):
    square = tables.images.binary_threshold.reshape(-1, 8, 8).astype(int)
    contour = abs(np.diff(square, axis=1)).sum((1, 2)) + abs(np.diff(square, axis=2)).sum((1, 2))
    test = tables.scores["vae-20"].query("subset == 'test'")["id"].to_numpy()
    expected = np.corrcoef(contour[test], binarization_entropy(tables.images.grey[test]))[0, 1]
    assert numbers["decompose.contour_correlation"] == pytest.approx(expected)


def test_variants_are_named_by_the_parameter_in_which_they_differ(numbers):
    assert numbers["decompose.other.binarization"] == "vae-20-threshold"
    assert numbers["decompose.other.seed"] == "vae-20-seed-1"


def test_what_was_not_measured_has_no_number(tables):
    assert decompose_numbers(None, tables.scores, tables.images, PARAMS) == {}
    others = {name: table for name, table in tables.scores.items() if name != "vae-20"}
    assert decompose_numbers(tables.decomposition, others, tables.images, PARAMS) == {}


def test_every_number_is_finite_or_a_word(numbers):
    assert len(numbers) > 150
    assert all(isinstance(value, str) or np.isfinite(value) for value in numbers.values())
