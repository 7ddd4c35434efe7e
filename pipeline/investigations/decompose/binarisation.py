"""Bernoulli binarisation of grey images: each pixel becomes 1 with its grey level as probability."""

import math

import numpy as np
from jaxtyping import Float, Int64, UInt8

from pipeline.core.statistics import bernoulli_entropy
from pipeline.data.images import binarise

PROBABILITY = np.arange(256) / 255
"""Probability that a pixel of each grey level becomes 1."""
ENTROPY = bernoulli_entropy(PROBABILITY)
"""Entropy of that pixel, in nats."""


def binarisation_entropy(grey: UInt8[np.ndarray, "n pixels"]) -> Float[np.ndarray, " n"]:
    """Compute the entropy of each image's binarisation, in nats: the sum over pixels of H(grey / 255).

    Averaged over binarisations, no density can give an image of these grey levels a log likelihood above minus this.
    """
    total: Float[np.ndarray, " n"] = ENTROPY[grey].sum(axis=1)
    return total


def contour_length(x: UInt8[np.ndarray, "n pixels"]) -> Int64[np.ndarray, " n"]:
    """Count the pairs of neighbouring pixels that differ, in rows and in columns of a square binary image."""
    side = math.isqrt(x.shape[1])
    square = x.reshape(-1, side, side)
    down, across = square[:, 1:] != square[:, :-1], square[:, :, 1:] != square[:, :, :-1]
    total: Int64[np.ndarray, " n"] = down.sum(axis=(1, 2)) + across.sum(axis=(1, 2))
    return total


def redraw(
    grey: UInt8[np.ndarray, " pixels"], redraws: int, rng: np.random.Generator
) -> UInt8[np.ndarray, "redraws pixels"]:
    """Draw independent binarisations of one image.

    Args:
        grey: its grey levels.
        redraws: number of binarisations.
        rng: draws them.
    """
    return binarise(np.repeat(grey[None], redraws, axis=0), rng)
