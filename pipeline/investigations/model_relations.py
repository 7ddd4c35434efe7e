"""Relations between models: other seed, other training images, other binarisation, with and without the label."""

from collections.abc import Mapping

from pipeline.config import ModelParams, Params

KINDS = ("seed", "epochs_factor", "binarization", "train_on")
"""Parameters in which a variant of a model may differ: seed, length of training, pixels, training images."""


def variants_of(params: Params, name: str, kind: str) -> list[str]:
    """Return the models that differ from one in a single parameter, whatever they are scored on, in the study's order.

    Args:
        params: describes the models.
        name: of the model.
        kind: the parameter in which they differ, one of `KINDS`.
    """
    own = params.model(name)
    return [other for other, model in params.models.items() if differences(own, model) == {kind}]


def headline_models(params: Params) -> list[str]:
    """Return the models that figures and tables show beside each other, in the study's order.

    These are the models with a role, and those that are not variants of a model with a role.
    """
    with_role = [name for _, name in params.roles if name in params.models]
    variants = {other for name in with_role for kind in KINDS for other in variants_of(params, name, kind)}
    return [name for name in params.models if name in with_role or name not in variants]


def unconditional(models: Mapping[str, ModelParams], conditional: ModelParams) -> str | None:
    """Return the first unconditional model with the latent dimension, images and pixels of a conditional one."""
    wanted = (conditional.latent_dim, conditional.train_on, conditional.binarization)
    for name, model in models.items():
        if not model.conditional and (model.latent_dim, model.train_on, model.binarization) == wanted:
            return name
    return None


def compared_in_order(params: Params, name: str) -> list[str]:
    """Return the models whose order of images is compared with that of the decomposed model.

    The first differs in the binarisation alone; the second in the seed alone, and shows how far the order depends on
    the training run. Either may be absent.
    """
    return [*variants_of(params, name, "binarization")[:1], *variants_of(params, name, "seed")[:1]]


def differences(one: ModelParams, other: ModelParams) -> set[str]:
    """Return the names of the parameters in which two models differ, whatever they are scored on."""
    return {key for key, value in one if key != "score_on" and getattr(other, key) != value}
