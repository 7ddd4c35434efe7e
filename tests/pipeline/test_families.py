"""Models are told apart by what they differ in."""

import pytest

from pipeline.config import load_params
from pipeline.families import KINDS, differences, principals, relatives
from tests.tiny import ROOT


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
