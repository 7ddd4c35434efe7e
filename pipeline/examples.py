"""The images that a model learns from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from pipeline.images import Images, binarise
from pipeline.sets import training_rows


@dataclass(frozen=True)
class Examples:
    """Images to learn from, with their digits.

    With `redraw` the pixels are grey levels that are made binary anew each epoch; otherwise they are
    binary already.
    """

    pixels: UInt8[np.ndarray, "n pixels"]
    digit: UInt8[np.ndarray, " n"]
    redraw: bool

    def draw(self, rng: np.random.Generator) -> UInt8[np.ndarray, "n pixels"]:
        """Binary images for one epoch."""
        return binarise(self.pixels, rng) if self.redraw else self.pixels

    def mean(self) -> Float[np.ndarray, " pixels"]:
        """Probability that each pixel is 1."""
        mean: Float[np.ndarray, " pixels"] = self.pixels.mean(axis=0, dtype=np.float64)
        return mean / (255 if self.redraw else 1)


def learning_examples(
    images: Images, split: pd.DataFrame, train_on: str, binarization: str, rng: np.random.Generator
) -> Examples:
    """The images of `train_on`, made binary anew each epoch unless they are thresholded.

    Args:
        images: all of them.
        split: every image's set.
        train_on: `core`, `matched` or `all`; see `training_rows`.
        binarization: `bernoulli` or `threshold`.
        rng: draws which images are `matched`.
    """
    rows = training_rows(split, train_on, rng)
    redraw = binarization == "bernoulli"
    pixels = images.grey if redraw else images.binary_threshold
    return Examples(pixels[rows], images.digit[rows], redraw)


def validation_examples(images: Images, split: pd.DataFrame, binarization: str) -> Examples:
    """The frozen binary images of the validation set."""
    rows = np.flatnonzero(split["set"] == "validation")
    return Examples(images.binary(binarization)[rows], images.digit[rows], redraw=False)
