"""Relations between models follow from the parameters in which they differ."""

import pytest

from pipeline.investigations.model_relations import (
    KINDS,
    compared_in_order,
    differences,
    headline_models,
    unconditional,
    variants_of,
)
from tests.support.parameters import PARAMS


@pytest.fixture(scope="module")
def params():
    return PARAMS


def test_a_variant_differs_in_one_parameter_alone(params):
    for name in params.models:
        for kind in KINDS:
            for other in variants_of(params, name, kind):
                assert differences(params.model(name), params.model(other)) == {kind}
                assert name in variants_of(params, other, kind)


def test_no_model_is_its_own_variant(params):
    assert not [name for name in params.models for kind in KINDS if name in variants_of(params, name, kind)]


def test_a_model_with_a_role_is_shown(params):
    assert {name for _, name in params.roles} <= set(headline_models(params))


def test_a_variant_is_not_shown_beside_its_model(params):
    seeds = variants_of(params, params.roles.middle, "seed")
    assert seeds
    assert not set(seeds) & set(headline_models(params))


def test_a_model_of_a_new_size_is_shown(params):
    new = params.model(params.roles.middle).model_copy(update={"latent_dim": 64})
    more = params.model_copy(update={"models": {**params.models, "vae-64": new}})
    assert headline_models(more) == [*headline_models(params), "vae-64"]


def test_the_unconditional_model_has_the_dimensions_images_and_pixels_of_the_conditional_one(params):
    shown = {name: params.models[name] for name in headline_models(params)}
    assert unconditional(shown, params.model("cvae-20")) == "vae-20"
    assert unconditional(shown, params.model("cvae-04")) == "vae-04"
    del shown["vae-04"]
    assert unconditional(shown, params.model("cvae-04")) is None
    thresholded = params.model("cvae-20").model_copy(update={"binarization": "threshold"})
    assert unconditional(shown, thresholded) is None


def test_the_order_of_images_is_compared_with_another_binarisation_and_another_seed(params):
    assert compared_in_order(params, "vae-20") == ["vae-20-threshold", "vae-20-seed-1"]
    alone = params.model_copy(update={"models": {"vae-04": params.models["vae-04"]}})
    assert compared_in_order(alone, "vae-04") == []
