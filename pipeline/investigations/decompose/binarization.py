"""The coin flips that make a grey image binary, and what they alone are worth in nats."""

import numpy as np
from jaxtyping import Float, UInt8

from pipeline.data.images import binarise

CHANCE = np.arange(256) / 255
"""Probability that a pixel of each grey level becomes 1."""


def _logarithm(values: Float[np.ndarray, " levels"]) -> Float[np.ndarray, " levels"]:
    """Log of each probability, and nothing where it is nought, since no such pixel is ever seen."""
    logs: Float[np.ndarray, " levels"] = np.log(values, out=np.zeros_like(values), where=values > 0)
    return logs


LOG_ONE, LOG_ZERO = _logarithm(CHANCE), _logarithm(1 - CHANCE)
ENTROPY = -(CHANCE * LOG_ONE + (1 - CHANCE) * LOG_ZERO)


def floor(grey: UInt8[np.ndarray, "n pixels"]) -> Float[np.ndarray, " n"]:
    """Entropy of each image's binarization, in nats: the sum over pixels of H(grey / 255).

    Averaged over the flips, no density can give an image of these grey levels more than minus this.
    """
    total: Float[np.ndarray, " n"] = ENTROPY[grey].sum(axis=1)
    return total


def luck(grey: UInt8[np.ndarray, "n pixels"], x: UInt8[np.ndarray, "n pixels"]) -> Float[np.ndarray, " n"]:
    """How much likelier than on average the flips fell, in nats: log P(x | grey) plus the entropy.

    Its mean over the flips is zero.
    """
    total: Float[np.ndarray, " n"] = np.where(x == 1, LOG_ONE[grey], LOG_ZERO[grey]).sum(axis=1) + floor(grey)
    return total


def redraw(
    grey: UInt8[np.ndarray, " pixels"], redraws: int, rng: np.random.Generator
) -> UInt8[np.ndarray, "redraws pixels"]:
    """Flip the coins of one image so many times, each time all of them."""
    return binarise(np.repeat(grey[None], redraws, axis=0), rng)
