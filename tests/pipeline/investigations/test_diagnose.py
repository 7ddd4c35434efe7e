"""The diagnosis of a small model: what is learned from which images, and what is returned."""

import json
import math
from functools import partial

import numpy as np
import pytest
import torch

import pipeline.investigations.diagnose.diagnose as diagnosing
import pipeline.investigations.diagnose.space as spacing
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.investigations.diagnose.diagnose import Labelled, diagnose
from pipeline.investigations.diagnose.encodings import encode
from pipeline.investigations.diagnose.generation import decode, unsure
from pipeline.investigations.diagnose.learning import evaluate
from pipeline.investigations.diagnose.space import examine
from tests.support.densities import every_image, small_vae
from tests.support.latent_spaces import diagnosed
from tests.support.parameters import PARAMS

CPU = torch.device("cpu")
QUICK = {"active": 1e-9, "removal": 20, "draws": 8, "aggregate_points": 100, "generated": 40}
QUICK |= {"networks": 2, "hidden": 8, "steps": 20}


def diagnosed_by(model, seen, unseen, confidence=0.95, **settings):
    effort = PARAMS.score.model_copy(update={"prior_points": 200, "draws": 64, "levels": 1, "starts": 2})
    params = PARAMS.diagnose.model_copy(update=QUICK | settings)
    return diagnose(model, seen, unseen, params, effort, confidence, partial(stream, 0), CPU, lambda images: None)


def labelled(x):
    return Labelled(x, (x.sum(axis=1) % 10).astype(np.uint8))


def halves():
    x = every_image(10)
    return labelled(x[::2]), labelled(x[1::2])


def test_a_diagnosis_is_reproducible_and_has_every_number():
    images = labelled(every_image(10))
    done = [diagnosed_by(small_vae(), images, images, generated=12) for _ in range(2)]
    assert json.dumps(done[0][0], allow_nan=False) == json.dumps(done[1][0])
    assert all(np.array_equal(done[0][1][name], done[1][1][name]) for name in done[0][1])
    made_up = diagnosed(2, np.random.default_rng(0))
    assert done[0][0].keys() == made_up.keys()
    assert all(done[0][0][key].keys() == made_up[key].keys() for key in made_up if isinstance(made_up[key], dict))
    assert done[0][1]["pictures"].shape == (4, 12, 10)
    assert done[0][0]["active"] == 2


def numbers(found):
    """Yield all numbers in nested mappings and lists that are not whole by type."""
    for value in found.values() if isinstance(found, dict) else found:
        if isinstance(value, float):
            yield value
        elif isinstance(value, dict | list):
            yield from numbers(value)


def test_numbers_have_no_more_digits_than_processors_agree_about():
    images = labelled(every_image(10))
    found = list(numbers(diagnosed_by(small_vae(), images, images)[0]))
    assert len(found) > 50
    assert found == [float(f"{value:.10g}") for value in found]


def intervals(found):
    """Yield the widths of all intervals in nested numbers."""
    for value in found.values():
        if isinstance(value, dict):
            yield from [value["high"] - value["low"]] if "low" in value else []
            yield from intervals(value)


def test_all_intervals_have_the_confidence_and_voids_the_threshold_of_the_parameters():
    seen, unseen = halves()
    wide, narrow, nowhere, everywhere = (
        diagnosed_by(small_vae(), seen, unseen, **settings)[0]
        for settings in ({"active": 10.0}, {"active": 10.0, "confidence": 0.5}, {"void": 1e-9}, {"void": 1e9})
    )
    assert len(list(intervals(wide))) == 14
    assert all(b < a for a, b in zip(intervals(wide), intervals(narrow), strict=True))
    assert [found["void"]["prior"]["value"] for found in (nowhere, everywhere)] == [0, 1]


def test_classifiers_learn_from_training_images_and_are_evaluated_on_others(monkeypatch):
    received, (seen, unseen), model = {}, halves(), small_vae()

    def listen(name):
        module = spacing if name in ("learn_ratio", "activity") else diagnosing
        plain = getattr(module, name)
        monkeypatch.setattr(
            module, name, lambda first, *rest: received.setdefault(name, []).append(first) or plain(first, *rest)
        )

    for name in ("learn_ratio", "moments_accuracy", "learn_labels", "decomposition", "gaussian_divergence", "activity"):
        listen(name)
    diagnosed_by(model, seen, unseen)
    learned, held = (encode(model, part.x, CPU).mean for part in (seen, unseen))
    assert received.pop("learn_labels")[0] is seen.x
    for name in ("learn_ratio", "moments_accuracy"):
        assert all(np.array_equal(one.mean, learned) for one in received.pop(name))
    assert len(received) == 3
    assert all(np.array_equal(one.mean, held) for ones in received.values() for one in ones)


def test_the_curve_has_the_masses_below_every_ratio():
    seen, unseen = halves()
    found, arrays = diagnosed_by(small_vae(), seen, unseen, ratios=(0.5, 0.9))
    assert [one["ratio"] for one in found["curve"]] == [0.5, 0.9]
    for one in found["curve"]:
        for kind in ("prior", "posterior"):
            below = (arrays[f"{kind}_ratio"] < math.log(one["ratio"])).mean()
            assert one[kind]["low"] <= one[kind]["value"] == below <= one[kind]["high"]
    assert found["curve"][0]["prior"]["value"] < found["curve"][1]["prior"]["value"]


def test_the_density_ratio_is_the_mean_of_networks_that_differ_in_their_random_numbers():
    seen, unseen = halves()
    params = PARAMS.diagnose.model_copy(update=QUICK | {"networks": 3})
    one, again = (examine(small_vae(), seen.x, unseen.x, params, partial(stream, 0), CPU) for _ in range(2))
    z = np.random.default_rng(0).standard_normal((5, 7, 2))
    each = [evaluate(network, z.reshape(35, 2), CPU).reshape(5, 7) for network in one.networks]
    assert one.log_ratio(z) == pytest.approx(np.mean(each, axis=0))
    assert len({float(values[0, 0]) for values in each}) == 3
    assert np.array_equal(again.log_ratio(z), one.log_ratio(z))


def test_a_prior_that_is_not_standard_normal_is_refused(monkeypatch):
    seen, unseen = halves()
    monkeypatch.setattr(spacing, "is_standard_normal", lambda prior: False)
    with pytest.raises(ParameterError, match=r"leave models with other priors out of diagnose\.models"):
        examine(small_vae(), seen.x, unseen.x, PARAMS.diagnose, partial(stream, 0), CPU)


def test_the_emptier_half_of_the_prior_is_where_the_ratio_is_low(monkeypatch):
    model, (seen, unseen) = small_vae(), halves()
    monkeypatch.setattr(diagnosing, "unsure", lambda network, x, device: x.sum(axis=1) > 5)
    found, arrays = diagnosed_by(model, seen, unseen)
    ratio, value = arrays["prior_ratio"], arrays["generated"]
    low = ratio[:40] < np.median(ratio[:40])
    assert found["generated"]["emptier"]["value"] == pytest.approx(value[low].mean() - value[~low].mean())
    z = stream(0, "prior").standard_normal((len(ratio), 2))
    flags = decode(model, z, stream(0, "pixels", "prior"), CPU).sum(axis=1) > 5
    emptiest, fullest = ratio <= np.quantile(ratio, 0.2), ratio >= np.quantile(ratio, 0.8)
    assert found["unsure"]["emptiest"]["value"] == pytest.approx(flags[emptiest].mean(), abs=0.01)
    assert flags[emptiest].mean() != pytest.approx(flags[fullest].mean(), abs=0.02)


def test_an_image_is_unsure_where_no_class_has_a_probability_of_nine_tenths():
    network = torch.nn.Sequential(torch.nn.Linear(2, 10))
    with torch.no_grad():
        for values in network.parameters():
            values.zero_()
        network[0].weight[3] = torch.tensor([math.log(9 * 8.9), math.log(9 * 9.1)])
    assert unsure(network, np.array([[0, 0], [1, 0], [0, 1]], np.uint8), CPU).tolist() == [True, True, False]
