"""The images that a model learns from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from pipeline.config import ModelParams
from pipeline.data.images import Images, binarise
from pipeline.data.subsets import training_rows


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


def examples_for(
    model: ModelParams, images: Images, split: pd.DataFrame, rng: np.random.Generator
) -> tuple[Examples, Examples]:
    """What a model learns from, and what its bound is followed on meanwhile.

    Args:
        model: whose `train_on` names the images, and whose `binarization` how they become binary.
        images: all of them.
        split: every image's set.
        rng: draws which images are `matched`; see `training_rows`.

    Returns:
        The images of `train_on`, made binary anew each epoch unless they are thresholded; and the
        frozen binary images of the validation set.
    """
    rows, redraw = training_rows(split, model.train_on, rng), model.binarization == "bernoulli"
    pixels = images.grey if redraw else images.binary_threshold
    kept = np.flatnonzero(split["set"] == "validation")
    validation = Examples(images.binary(model.binarization)[kept], images.digit[kept], redraw=False)
    return Examples(pixels[rows], images.digit[rows], redraw), validation
