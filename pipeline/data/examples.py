"""Select the images that a model is trained on, and those on which its training is followed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64, UInt8

from pipeline.config import ModelParams
from pipeline.data.images import Images, binarise_fast
from pipeline.data.subsets import training_rows


@dataclass(frozen=True)
class Examples:
    """Training or validation images with their labels.

    With `redraw` the pixels are grey levels, which are binarised anew in each epoch; otherwise they are binary.
    """

    pixels: UInt8[np.ndarray, "n pixels"]
    label: UInt8[np.ndarray, " n"]
    redraw: bool

    def draw(self, rows: Int64[np.ndarray, " batch"], rng: np.random.Generator) -> UInt8[np.ndarray, "batch pixels"]:
        """Return binary images for one gradient step."""
        return binarise_fast(self.pixels[rows], rng) if self.redraw else self.pixels[rows]

    def mean(self) -> Float[np.ndarray, " pixels"]:
        """Return the probability that each pixel is 1, averaged over the images."""
        mean: Float[np.ndarray, " pixels"] = self.pixels.mean(axis=0, dtype=np.float64)
        return mean / (255 if self.redraw else 1)


def examples_for(
    model: ModelParams, images: Images, split: pd.DataFrame, rng: np.random.Generator
) -> tuple[Examples, Examples]:
    """Return a model's training images and its validation images.

    Args:
        model: its `train_on` selects the training images, and its `binarisation` decides how they become binary.
        images: all images.
        split: columns official and subset; one row per image.
        rng: draws the training images of a model with `train_on: matched`; see `training_rows`.

    Returns:
        The training images, binarised anew in each epoch unless they are thresholded; and the frozen binary images of
        the validation subset.
    """
    rows = training_rows(split, model.train_on, rng)
    redraw = model.binarisation == "stochastic"
    pixels = images.grey if redraw else images.binary_threshold
    kept = np.flatnonzero(split["subset"] == "validation")
    validation = Examples(images.binary(model.binarisation)[kept], images.label[kept], redraw=False)
    return Examples(pixels[rows], images.label[rows], redraw), validation
