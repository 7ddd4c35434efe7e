import math

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.decompose.binarisation import binarisation_entropy
from pipeline.numbers.decompose import (
    PARTS,
    baseline_numbers,
    class_numbers,
    decompose_numbers,
    repeatability,
    shortfall,
)
from pipeline.numbers.excess_nats import excess_by_class, with_entropy
from tests.support.parameters import PARAMS


@pytest.fixture(scope="module")
def tables(wide_study):
    return wide_study.tables


@pytest.fixture(scope="module")
def numbers(tables):
    return decompose_numbers(tables.decomposition, tables.scores, tables.images, PARAMS)


@pytest.fixture(scope="module")
def test_images(tables):
    """Return the scores of the test images."""
    own = tables.scores["vae-20"]
    return own[own["subset"] == "test"]


def test_entropy_and_excess_add_up_to_minus_the_log_likelihood(tables, test_images):
    found = with_entropy(tables.scores["vae-20"], tables.images.grey)
    assert (
        found["binarisation_entropy"].tolist() == binarisation_entropy(tables.images.grey[test_images["id"]]).tolist()
    )
    total = found["binarisation_entropy"] + found["excess_nats"]
    assert total.to_numpy() == pytest.approx(-test_images["log_likelihood"].to_numpy())


def classes(**excess):
    """Test images of some classes: entropy and excess of each."""
    rng = np.random.default_rng(0)
    parts = []
    for label, (entropy, own) in enumerate(excess.values()):
        floor, above = entropy + rng.normal(0, 2, 400), own + rng.normal(0, 4, 400)
        columns = {"binarisation_entropy": floor, "excess_nats": above, "log_likelihood": -floor - above}
        parts.append(pd.DataFrame(columns).assign(label=label))
    return pd.concat(parts, ignore_index=True)


def test_the_likeliest_class_is_ahead_by_its_entropy_and_by_what_the_model_pays_above_it():
    found = class_numbers(classes(thin=(20.0, 20.0), thick=(60.0, 45.0), middling=(40.0, 40.0)))
    assert (found["likeliest.label"], found["unlikeliest.label"]) == ("0", "1")
    assert found["likeliest.binarisation_entropy.mean"] == pytest.approx(20, abs=1)
    assert found["likeliest.excess_nats.mean"] == pytest.approx(20, abs=1)


def test_the_likeliest_class_need_not_be_the_best_known_one():
    found = class_numbers(classes(thin=(20.0, 30.0), thick=(60.0, 25.0), middling=(60.0, 24.0)))
    assert found["likeliest.label"] == "0"
    assert found["likeliest.excess_nats.mean"] == pytest.approx(-6, abs=1)


def test_an_excess_is_the_mean_over_the_images_of_a_class_with_its_interval(tables):
    test = with_entropy(tables.scores["vae-20"], tables.images.grey)
    own, found = test.loc[test["label"] == 3, "excess_nats"], excess_by_class(test, 0.95).loc[3]
    assert found["excess_nats"] == pytest.approx(own.mean())
    assert found["high"] == pytest.approx(own.mean() + 1.96 * own.std() / math.sqrt(len(own)), rel=1e-3)


def test_gaps_are_those_of_the_test_images(test_images, numbers):
    gap = test_images["log_likelihood"] - test_images["elbo"]
    assert numbers["decompose.gap.test.mean"] == pytest.approx(gap.mean())
    assert numbers["decompose.gap.largest"] == gap.max()


@pytest.mark.parametrize(("share", "wanted"), [(0.0, 1.0), (0.36, 0.64), (1.5, 0.0)])
def test_a_binarisation_leaves_the_correlation_of_the_rest_of_the_variance(tables, test_images, share, wanted):
    within = test_images.groupby("label")["log_likelihood"].var().mean()
    estimates = tables.decomposition.estimates.copy()
    of_flips = (estimates["quantity"] == "deviation") & (estimates["part"] == "binarisation")
    estimates.loc[of_flips, "value"] = math.sqrt(share * within)
    assert repeatability(estimates, test_images) == pytest.approx(wanted)


def test_the_shortfall_is_the_studys_estimate_less_the_average_of_the_most_draws(tables):
    own, draws = tables.scores["vae-20"], tables.decomposition.draws
    longest = draws[draws["draws"] == 1024]
    short = own.set_index("id")["log_likelihood"][longest["id"]].to_numpy() - longest["inside"].to_numpy()
    found = shortfall(draws, own, 0.95)
    reach = 1.96 * short.std(ddof=1) / math.sqrt(len(short))
    assert found["draws.shortfall.value"] == pytest.approx(short.mean())
    assert found["draws.shortfall.high"] == pytest.approx(short.mean() + reach, rel=1e-3)


def test_shares_are_in_per_cent_and_draws_are_a_number(tables, numbers):
    expected = tables.decomposition.estimates.set_index(["quantity", "part"])["value"]
    for part, value in expected["share"].items():
        assert numbers[f"decompose.share.{part}.value"] == pytest.approx(100 * value)
    assert numbers["decompose.same_work.draws"] == expected["same_work", "draws"]
    assert numbers["decompose.same_work.encoder.value"] == pytest.approx(100 * expected["same_work", "encoder"])


@pytest.mark.parametrize("model", ["", ".vae-20-threshold"])
def test_a_lead_is_between_the_largest_share_and_the_next(numbers, model):
    parts = {
        part: numbers[f"decompose.share{model}.{part}.value"] for part in PARTS if part not in ("binarisation", "rest")
    }
    first, second = sorted(parts, key=parts.get)[:-3:-1]
    assert numbers["decompose.lead.other.words" if model else "decompose.lead.words"] == PARTS[first]
    assert numbers[f"decompose.lead{model}.value"] == pytest.approx(parts[first] - parts[second])


def test_the_entropy_is_held_against_the_contour_of_the_thresholded_image(tables, numbers):
    square = tables.images.binary_threshold.reshape(-1, 8, 8).astype(int)
    contour = abs(np.diff(square, axis=1)).sum((1, 2)) + abs(np.diff(square, axis=2)).sum((1, 2))
    test = tables.scores["vae-20"].query("subset == 'test'")["id"].to_numpy()
    expected = np.corrcoef(contour[test], binarisation_entropy(tables.images.grey[test]))[0, 1]
    assert numbers["decompose.contour_correlation"] == pytest.approx(expected)


def test_the_model_of_other_binary_images_is_named_where_it_was_compared(tables, numbers):
    assert numbers["decompose.other.binarisation"] == "vae-20-threshold"
    estimates = tables.decomposition.estimates
    without = tables.decomposition._replace(estimates=estimates[estimates["quantity"] != "order.vae-20-threshold"])
    assert "decompose.other.binarisation" not in decompose_numbers(without, tables.scores, tables.images, PARAMS)


def test_what_was_not_measured_has_no_number(tables):
    assert decompose_numbers(None, tables.scores, tables.images, PARAMS) == {}
    others = {name: table for name, table in tables.scores.items() if name != "vae-20"}
    assert decompose_numbers(tables.decomposition, others, tables.images, PARAMS) == {}


def test_every_number_is_finite_or_a_word(numbers):
    assert len(numbers) > 80
    assert all(isinstance(value, str) or np.isfinite(value) for value in numbers.values())


def test_baselines_are_averaged_over_the_test_file_and_its_regions():
    own = pd.DataFrame({"id": [0, 1, 2], "region": ["centre", "centre", "pc1-low"]})
    known = pd.DataFrame({"baseline": "independent-pixels", "id": [0, 1, 2], "log_likelihood": [-3.0, -5.0, -10.0]})
    assert baseline_numbers(known, own) == {
        "baseline.independent-pixels.test.log_likelihood": -6.0,
        "baseline.independent-pixels.test.centre.log_likelihood": -4.0,
        "baseline.independent-pixels.test.pc1-low.log_likelihood": -10.0,
    }
