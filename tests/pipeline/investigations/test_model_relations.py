"""Models are told apart by what they differ in."""

import pytest

from pipeline.config import load_params
from pipeline.investigations.compare.model_relations import KINDS, differences, principals, relatives, unconditional
from tests.support.tiny import ROOT


@pytest.fixture(scope="module")
def params():
    return load_params(ROOT / "params.yaml")


def test_a_relative_differs_in_one_thing_alone(params):
    for name in params.models:
        for kind in KINDS:
            for other in relatives(params, name, kind):
                assert differences(params.model(name), params.model(other)) == {kind}
                assert name in relatives(params, other, kind)


def test_no_model_is_its_own_relative(params):
    assert not [name for name in params.models for kind in KINDS if name in relatives(params, name, kind)]


def test_whoever_plays_a_part_is_shown(params):
    assert {name for _, name in params.roles} <= set(principals(params))


def test_who_stands_in_for_another_is_not_shown_beside_it(params):
    seeds = relatives(params, params.roles.middle, "seed")
    assert seeds
    assert not set(seeds) & set(principals(params))


def test_a_model_of_a_new_size_is_shown(params):
    new = params.model(params.roles.middle).model_copy(update={"latent_dim": 64})
    more = params.model_copy(update={"models": {**params.models, "vae-64": new}})
    assert principals(more) == [*principals(params), "vae-64"]


def test_without_the_label_a_conditional_model_is_that_of_as_many_dimensions_images_and_pixels(params):
    shown = {name: params.models[name] for name in principals(params)}
    assert unconditional(shown, params.model("cvae-20")) == "vae-20"
    assert unconditional(shown, params.model("cvae-04")) == "vae-04"
    del shown["vae-04"]
    assert unconditional(shown, params.model("cvae-04")) is None
    thresholded = params.model("cvae-20").model_copy(update={"binarization": "threshold"})
    assert unconditional(shown, thresholded) is None
