"""Relations between models follow from the parameters in which they differ."""

import pytest

from pipeline.investigations.model_relations import (
    KINDS,
    at_base_length,
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
    thresholded = params.model("cvae-20").model_copy(update={"binarisation": "threshold"})
    assert unconditional(shown, thresholded) is None


@pytest.fixture(scope="module")
def longer(params):
    """Return the parameters with models that train three times as long, and comparisons at the shorter length."""
    main = [name for _, name in params.roles] + ["cvae-04"]
    long = {name: params.model(name).model_copy(update={"epochs": 240}) for name in main}
    short = {f"{name}-epochs-080": model for name, model in params.models.items() if name != "cvae-04"}
    compare = params.compare.model_copy(update={"base": "vae-20-epochs-080"})
    return params.model_copy(update={"models": long | short, "compare": compare})


def test_shorter_runs_are_not_shown_beside_the_main_models_whatever_else_differs(params, longer):
    wide = longer.model("vae-20-epochs-080").model_copy(update={"latent_dim": 64})
    again = longer.model("vae-04-epochs-080").model_copy(update={"seed": 5})
    blind = longer.model("cvae-20-epochs-080").model_copy(update={"encoder_sees_label": False})
    more = longer.model_copy(update={"models": longer.models | {"wide": wide, "again": again, "blind": blind}})
    assert headline_models(more) == [name for name in longer.models if "epochs" not in name]
    assert headline_models(more) == headline_models(params)


def test_the_model_of_the_common_length_is_found_by_its_parameters(longer):
    assert at_base_length(longer, "vae-04") == "vae-04-epochs-080"
    assert at_base_length(longer, "vae-32-epochs-080") == "vae-32-epochs-080"
    assert at_base_length(longer, "cvae-04") is None


def test_a_conditional_model_is_compared_with_an_unconditional_one_of_its_length(longer):
    assert unconditional(longer.models, longer.model("cvae-20")) == "vae-20"
    assert unconditional(longer.models, longer.model("cvae-20-epochs-080")) == "vae-20-epochs-080"
    blind = longer.model("cvae-20-epochs-080").model_copy(update={"encoder_sees_label": False})
    assert unconditional(longer.models, blind) == "vae-20-epochs-080"


def test_the_order_of_images_is_compared_with_another_binarisation_and_another_seed(params):
    assert compared_in_order(params, "vae-20") == ["vae-20-threshold", "vae-20-seed-1"]
    alone = params.model_copy(update={"models": {"vae-04": params.models["vae-04"]}})
    assert compared_in_order(alone, "vae-04") == []
