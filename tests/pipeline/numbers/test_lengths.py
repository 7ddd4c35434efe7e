"""What each length of training has more than the next shorter one."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.numbers.lengths import families, length_numbers, lengths
from tests.support.latent_spaces import diagnosed
from tests.support.parameters import PARAMS

RNG = np.random.default_rng(0)
EPOCHS = {"b": 8, "a": 24, "vae-20": 80, "c": 240}
MODELS = {name: PARAMS.model("vae-20").model_copy(update={"epochs": epochs}) for name, epochs in EPOCHS.items()}
PARAMETERS = PARAMS.model_copy(update={"models": MODELS})
IMAGE = RNG.normal(0, 20, 1200)


def found_of(masses):
    return {
        name: diagnosed(20, RNG) | {"void": {"prior": {"value": mass, "low": mass - 0.01, "high": mass + 0.02}}}
        for name, mass in sorted(masses.items())
    }


def scores_of(level, more=0.0):
    """Log likelihoods at a level, with `more` on validation images, and nonsense on images of a tail."""
    subset = np.repeat(["test", "pc1-low", "validation"], [800, 100, 300])
    at = np.select([subset == "test", subset == "validation"], [level, level + more])
    values = at + IMAGE + RNG.normal(0, 1, len(subset))
    return pd.DataFrame({"id": np.arange(len(subset)), "subset": subset, "region": "centre", "log_likelihood": values})


def history_of(bound):
    return pd.DataFrame({"epoch": [1, 2], "validation_elbo": [bound - 9, bound]})


FOUND = found_of({"b": 0.2, "a": 0.3, "vae-20": 0.25, "c": 0.2})
SCORES = {name: scores_of(level) for name, level in zip(EPOCHS, (-97.0, -91.0, -88.0, -87.99), strict=True)}
SCORES["a"] = SCORES["a"][::-1]


def test_every_length_of_training_is_compared_with_the_one_before():
    """The void grows and shrinks again: from the shortest to the longest it does not change, and yet it changes."""
    numbers = length_numbers(PARAMETERS, FOUND, SCORES, {})
    assert (numbers["lengths"], numbers["lengths.vae-20"]) == ("vae-20", "b a vae-20 c")
    step = {
        name: [numbers[f"diagnose.longer.{name}.void.prior.{end}"] for end in ("value", "low", "high")] for name in "ac"
    }
    assert step["a"] == pytest.approx([10, 10 - math.sqrt(1 + 4), 10 + math.sqrt(4 + 1)])
    assert step["c"] == pytest.approx([-5, -5 - math.sqrt(5), -5 + math.sqrt(5)])
    gain = {name: f"diagnose.longer.{name}.log_likelihood" for name in ("a", "vae-20", "c")}
    assert numbers[f"{gain['vae-20']}.value"] == pytest.approx(3, abs=0.2)
    assert numbers[f"{gain['vae-20']}.low"] > 2.8
    assert numbers[f"{gain['c']}.low"] < 0 < numbers[f"{gain['c']}.high"]
    assert "diagnose.longer.b.void.prior.value" not in numbers


def test_the_gain_per_doubling_is_that_of_validation_images_over_the_doublings_between_two_lengths():
    """Test images gain three nats here, and validation images half a nat: the stopping rule must not look at the first.

    From 80 to 240 epochs there are log2(3) = 1.58 doublings, so that 0.5 nats are 0.32 nats per doubling.
    """
    scores = {"vae-20": scores_of(-88), "c": scores_of(-85, -2.5)}
    histories = {"b": history_of(-103), "a": history_of(-97), "vae-20": history_of(-94), "c": history_of(-93.5)}
    numbers = length_numbers(PARAMETERS, FOUND, scores, histories)
    gain = {end: numbers[f"diagnose.longer.c.doubling.{end}"] for end in ("value", "low", "high")}
    assert gain["value"] == pytest.approx(0.5 / math.log2(3), abs=0.1)
    error = math.sqrt(2 / 300) / math.log2(3)
    assert gain["high"] - gain["low"] == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert numbers["diagnose.longer.c.doubling_elbo"] == pytest.approx(0.5 / math.log2(3))
    assert numbers["diagnose.longer.a.doubling_elbo"] == pytest.approx(6 / math.log2(3))
    assert "diagnose.longer.a.doubling.value" not in numbers


def test_two_models_of_the_same_number_of_epochs_are_one_length():
    """Few epochs can be made equal by `epochs_factor`, and from one to the other there is no doubling."""
    same = MODELS | {"d": MODELS["c"], "e": MODELS["vae-20"]}
    params = PARAMETERS.model_copy(update={"models": same})
    assert lengths(params, "vae-20", same) == {"b": 8, "a": 24, "vae-20": 80, "c": 240}


def test_lengths_are_of_models_that_are_otherwise_the_same(study):
    params, found = study.params, study.tables.diagnosed
    assert lengths(params, "vae-20", found) == {"vae-20-epochs-008": 8, "vae-20": 80}
    assert families(params, found) == {"vae-20": {"vae-20-epochs-008": 8, "vae-20": 80}}
    numbers = length_numbers(params, found, study.tables.scores, {})
    assert numbers["diagnose.longer.vae-20.void.prior.value"] == pytest.approx(4.5)
    assert numbers["diagnose.longer.vae-20.void.prior.low"] == pytest.approx(4.5 - math.sqrt(2))
    alone = length_numbers(params, {"vae-20": found["vae-20"]}, {}, {})
    assert not [key for key in alone if ".longer." in key]
