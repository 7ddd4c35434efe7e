"""Names of the arrays that the stage `sample` writes for figures and numbers, by kind of picture."""

from collections.abc import Mapping

import numpy as np

Arrays = dict[str, np.ndarray]
Samples = Mapping[str, Arrays]

KINDS = ("reconstructions", "generation", "styles", "randomness")
"""Kinds of picture. In each, `probabilities` are the decoder's and `draws` are Bernoulli pixels drawn with them."""

PARTS = ("label", "style", "both")
"""Parts of a pixel's variance: the main effect of the label, that of z, and their interaction."""

PER_MODEL = ("log_prob",)
"""Arrays of `reconstructions` that figures and numbers compare between models."""


def by_kind(files: Mapping[str, np.ndarray], middle: str) -> Samples:
    """Sort the arrays that several models drew by kind of picture.

    Args:
        files: arrays `MODEL.KIND.NAME`.
        middle: the model whose reconstructions are shown.

    Returns:
        By kind, arrays `MODEL.NAME`; reconstructions of `middle` are called `NAME` only.
    """
    found: dict[str, Arrays] = {kind: {} for kind in KINDS}
    for key, values in files.items():
        model, kind, name = key.split(".")
        if kind != "reconstructions" or name in PER_MODEL:
            found[kind][f"{model}.{name}"] = values
        elif model == middle:
            found[kind][name] = values
    return found


def models_in(arrays: Mapping[str, np.ndarray], key: str) -> list[str]:
    """Return the models that have an array `MODEL.key`, in the order of the arrays."""
    return [name.removesuffix(f".{key}") for name in arrays if name.endswith(f".{key}")]
