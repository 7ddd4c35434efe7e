"""A whole diagnosis of a small model: what it learns from what, and what it says of it."""

import json
import math
from functools import partial

import numpy as np
import pytest
import torch

import pipeline.investigations.diagnose.diagnose as diagnosing
from pipeline.config import load_params
from pipeline.core.rng import stream
from pipeline.investigations.diagnose.diagnose import Labelled, diagnose
from pipeline.investigations.diagnose.encodings import encode
from pipeline.investigations.diagnose.generation import decode, unsure
from tests.support.densities import every_image, small_vae
from tests.support.latent_spaces import diagnosed
from tests.support.tiny import ROOT

CPU = torch.device("cpu")
QUICK = {"active": 1e-9, "removal": 20, "draws": 8, "points": 100, "hidden": 8, "steps": 20, "generated": 40}


def test_a_diagnosis_repeats_itself_and_has_every_finding():
    params, x = load_params(ROOT / "params.yaml"), every_image(10)
    small = {"active": 1e-9, "removal": 20, "draws": 8, "points": 100, "hidden": 8, "steps": 20, "generated": 12}
    effort = params.score.model_copy(update={"points": 200, "draws": 64, "levels": 1, "starts": 2})
    settings = params.diagnose.model_copy(update=small)
    images = Labelled(x, (x.sum(axis=1) % 10).astype(np.uint8))
    done = [
        diagnose(small_vae(), images, images, settings, effort, partial(stream, 0), CPU, lambda images: None)
        for _ in range(2)
    ]
    assert json.dumps(done[0][0], allow_nan=False) == json.dumps(done[1][0])
    assert all(np.array_equal(done[0][1][name], done[1][1][name]) for name in done[0][1])
    made_up = diagnosed(2, np.random.default_rng(0))
    assert done[0][0].keys() == made_up.keys()
    assert all(done[0][0][key].keys() == made_up[key].keys() for key in made_up if isinstance(made_up[key], dict))
    assert done[0][1]["pictures"].shape == (4, 12, 10)
    assert done[0][0]["active"] == 2


def diagnosed_by(model, seen, unseen):
    params = load_params(ROOT / "params.yaml")
    effort = params.score.model_copy(update={"points": 200, "draws": 64, "levels": 1, "starts": 2})
    settings = params.diagnose.model_copy(update=QUICK)
    return diagnose(model, seen, unseen, settings, effort, partial(stream, 0), CPU, lambda images: None)


def halves():
    x = every_image(10)
    return (Labelled(part, (part.sum(axis=1) % 10).astype(np.uint8)) for part in (x[::2], x[1::2]))


def test_what_is_learned_is_learned_from_images_of_the_training_and_judged_on_others(monkeypatch):
    told, (seen, unseen), model = {}, halves(), small_vae()

    def listen(name):
        plain = getattr(diagnosing, name)
        monkeypatch.setattr(
            diagnosing, name, lambda first, *rest: told.setdefault(name, []).append(first) or plain(first, *rest)
        )

    for name in ("learn_ratio", "moments_accuracy", "learn_digits", "decomposition", "gaussian_divergence", "activity"):
        listen(name)
    diagnosed_by(model, seen, unseen)
    learned, held = (encode(model, part.x, CPU).mean for part in (seen, unseen))
    assert told.pop("learn_digits")[0] is seen.x
    for name in ("learn_ratio", "moments_accuracy"):
        assert all(np.array_equal(one.mean, learned) for one in told.pop(name))
    assert len(told) == 3
    assert all(np.array_equal(one.mean, held) for ones in told.values() for one in ones)


def test_the_emptier_half_of_the_prior_is_where_the_ratio_is_low(monkeypatch):
    model, (seen, unseen) = small_vae(), halves()
    monkeypatch.setattr(diagnosing, "unsure", lambda network, x, device: x.sum(axis=1) > 5)
    found, arrays = diagnosed_by(model, seen, unseen)
    ratio, value = arrays["prior_ratio"], arrays["generated"]
    low = ratio[:40] < np.median(ratio[:40])
    assert found["generated"]["emptier"]["value"] == pytest.approx(value[low].mean() - value[~low].mean())
    z = stream(0, "prior").standard_normal((len(ratio), 2))
    flags = decode(model, z, stream(0, "pixels", "prior"), CPU).sum(axis=1) > 5
    for name, most in (("emptiest", ratio <= np.quantile(ratio, 0.2)), ("fullest", ratio >= np.quantile(ratio, 0.8))):
        assert found["unsure"][name]["value"] == pytest.approx(flags[most].mean(), abs=0.01)
    assert found["unsure"]["emptiest"]["value"] != pytest.approx(found["unsure"]["fullest"]["value"], abs=0.02)


def test_an_image_is_unsure_where_no_digit_has_nine_tenths():
    network = torch.nn.Sequential(torch.nn.Linear(2, 10))
    with torch.no_grad():
        for values in network.parameters():
            values.zero_()
        network[0].weight[3] = torch.tensor([math.log(9 * 8.9), math.log(9 * 9.1)])
    assert unsure(network, np.array([[0, 0], [1, 0], [0, 1]], np.uint8), CPU).tolist() == [True, True, False]
