"""Relations between models: other seed, length, training images, binarisation; with and without the label."""

from collections.abc import Mapping

from pipeline.config import ModelParams, Params

KINDS = ("seed", "epochs", "binarisation", "train_on", "label", "encoder_sees_label")
"""Parameters in which a variant of a model may differ: seed, length of training, pixels, training images, label."""


def variants_of(params: Params, name: str, kind: str) -> list[str]:
    """Return the models that differ from one in a single parameter, whatever they are scored on, in the study's order.

    Args:
        params: describes the models.
        name: of the model.
        kind: the parameter in which they differ, one of `KINDS` or the number of latent dimensions.
    """
    own = params.model(name)
    return [other for other, model in params.models.items() if differences(own, model) == {kind}]


def headline_models(params: Params) -> list[str]:
    """Return the models that figures and tables show beside each other, in the study's order.

    These are the models with a role, and those that were trained as long as the middle one and are not variants, in
    one parameter of `KINDS` or several, of a model with a role.
    """
    with_role = [name for _, name in params.roles if name in params.models]
    longest = params.model(params.roles.middle).epochs
    return [
        name
        for name, model in params.models.items()
        if name in with_role
        or (model.epochs == longest and not any(_varies(params.model(one), model) for one in with_role))
    ]


def _varies(one: ModelParams, other: ModelParams) -> bool:
    return one.conditional == other.conditional and differences(one, other) <= set(KINDS)


def at_base_length(params: Params, name: str) -> str | None:
    """Return the model that was trained as long as `compare.base` and otherwise like this one, if there is one."""
    wanted = params.model(params.compare.base).epochs
    alike = [name, *variants_of(params, name, "epochs")]
    return next((one for one in alike if params.model(one).epochs == wanted), None)


def unconditional(models: Mapping[str, ModelParams], conditional: ModelParams) -> str | None:
    """Return the unconditional model that is like a conditional one but for the label."""
    for name, model in models.items():
        if not model.conditional and differences(model, conditional) <= {"label", "encoder_sees_label"}:
            return name
    return None


def compared_in_order(params: Params, name: str) -> list[str]:
    """Return the models whose order of images is compared with that of a model.

    The first differs in the binarisation alone; the second in the seed alone, and shows how far the order depends on
    the training run. Either may be absent.
    """
    return [*variants_of(params, name, "binarisation")[:1], *variants_of(params, name, "seed")[:1]]


def differences(one: ModelParams, other: ModelParams) -> set[str]:
    """Return the names of the parameters in which two models differ, whatever they are scored on."""
    return {key for key, value in one if key != "score_on" and getattr(other, key) != value}
