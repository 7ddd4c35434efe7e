"""What the stage `sample` leaves for figures and numbers: named arrays, by kind of picture."""

from collections.abc import Mapping

import numpy as np

Arrays = dict[str, np.ndarray]
Samples = Mapping[str, Arrays]

KINDS = ("reconstructions", "generation", "interpolation", "styles", "randomness")
"""One file each. In each of them `probabilities` are the decoder's and `draws` Bernoulli pixels drawn with them; what
belongs to one model of several stands under `MODEL.`."""

WAYS = ("means", "samples", "distribution", "coupled")
"""Between the posteriors' means, between a draw of each, from an interpolated distribution drawn anew at every step,
and from the same distribution with one noise kept all the way."""

PARTS = ("digit", "style", "both")
"""Of a pixel's variance: what the label alone decides, what z alone, and what only the two together."""


def models_in(arrays: Mapping[str, np.ndarray], key: str) -> list[str]:
    """The models that have an array `MODEL.key`, in the order in which they were written."""
    return [name.removesuffix(f".{key}") for name in arrays if name.endswith(f".{key}")]
