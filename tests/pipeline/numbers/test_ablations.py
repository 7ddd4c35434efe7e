"""Variants of the conditional model beside the model itself, on the same images."""

import numpy as np
import pytest

from pipeline.numbers.ablations import ablation_numbers
from tests.support.parameters import PARAMS

BASE = PARAMS.model("cvae-20")
VARIANTS = {
    "blind": BASE.model_copy(update={"encoder_sees_label": False}),
    "number": BASE.model_copy(update={"label": "number"}),
    "other": BASE.model_copy(update={"label": "number", "encoder_sees_label": False}),
}
PARAMETERS = PARAMS.model_copy(update={"models": PARAMS.models | VARIANTS})


@pytest.fixture
def scores(study):
    """Return scores of the model and of its variants, which are worse in the bound alone, or in both."""
    own = study.tables.scores["cvae-20"]
    noise = np.random.default_rng(0).normal(0, 1, len(own))
    return {
        "cvae-20": own,
        "blind": own.assign(elbo=own["elbo"] - 3 + noise)[::-1],
        "number": own.assign(log_likelihood=own["log_likelihood"] - 2 + noise, elbo=own["elbo"] - 2),
        "other": own,
    }


def test_a_blind_encoder_costs_the_bound_and_not_the_likelihood(scores):
    numbers = ablation_numbers(PARAMETERS, scores, {})
    assert numbers["ablations.base"] == "cvae-20"
    assert (numbers["ablations.encoder_sees_label"], numbers["ablations.label"]) == ("blind", "number")
    assert numbers["ablations.blind.log_likelihood.value"] == 0
    assert numbers["ablations.blind.inference_gap.value"] == pytest.approx(3, abs=0.3)
    assert numbers["ablations.blind.inference_gap.value"] == pytest.approx(-numbers["ablations.blind.elbo.value"])
    assert numbers["ablations.number.log_likelihood.high"] < 0
    assert numbers["ablations.number.log_likelihood.value"] == pytest.approx(-2, abs=0.3)
    assert not [key for key in numbers if ".other." in key or "accuracy" in key]


def test_accuracies_are_compared_image_by_image(study, scores):
    table = study.tables.classified["cvae-20"]
    wrong = table.copy()
    third = table["id"] % 3 == 0
    wrong.loc[third & (table["given_label"] == table["label"]), "log_likelihood"] -= 1e3
    numbers = ablation_numbers(PARAMETERS, scores, {"cvae-20": table, "number": wrong})
    test = table[table["subset"] == "test"].drop_duplicates("id")
    share = 100 * (test["id"] % 3 == 0).mean()
    assert -share - 1e-9 <= numbers["ablations.number.accuracy_percent.value"] < -0.8 * share
    assert numbers["ablations.number.accuracy_percent.high"] < -0.7 * share
    assert "ablations.blind.accuracy_percent.value" not in numbers


def test_without_the_model_itself_there_is_nothing_to_compare(scores):
    assert ablation_numbers(PARAMETERS, {"blind": scores["blind"]}, {}) == {}
