"""What models are to each other, as far as their parameters tell."""

from collections.abc import Mapping

from pipeline.config import ModelParams, Params

KINDS = ("seed", "duration", "binarization", "train_on")
"""What a relative differs by: it was trained again, for longer or shorter, on other pixels, or on other images."""


def relatives(params: Params, name: str, kind: str) -> list[str]:
    """The models that differ from `name` in one thing alone, whatever they are scored on, in the study's order.

    Args:
        params: with the models.
        name: of the model.
        kind: what they differ by, one of `KINDS`.
    """
    own = params.model(name)
    return [other for other, model in params.models.items() if differences(own, model) == {kind}]


def principals(params: Params) -> list[str]:
    """The models that figures and tables show beside each other: not those that only stand in for one of them.

    A model is one of them if it plays a part in the argument, or is no relative of any that does.
    """
    parts = [name for _, name in params.roles if name in params.models]
    aside = {other for name in parts for kind in KINDS for other in relatives(params, name, kind)}
    return [name for name in params.models if name in parts or name not in aside]


def unconditional(models: Mapping[str, ModelParams], conditional: ModelParams) -> str | None:
    """The first of the models that is `conditional` without the label: as many latent dimensions, images, pixels."""
    wanted = (conditional.latent_dim, conditional.train_on, conditional.binarization)
    for name, model in models.items():
        if not model.conditional and (model.latent_dim, model.train_on, model.binarization) == wanted:
            return name
    return None


def differences(one: ModelParams, other: ModelParams) -> set[str]:
    """The parameters in which two models differ, whatever they are scored on."""
    return {key for key, value in one if key != "score_on" and getattr(other, key) != value}
