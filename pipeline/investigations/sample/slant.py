"""Slant of images, by which deskewing would shear them back."""

import math

import numpy as np
from jaxtyping import Float, Float64


def slant(images: Float[np.ndarray, "*batch pixels"]) -> Float64[np.ndarray, "*batch"]:
    """Compute the slant of an image: columns to the right per row upwards.

    It is -Cov(column, row) / Var(row) with the pixels' probabilities as weights; 0 for an image with ink in one row
    only.
    """
    side = math.isqrt(images.shape[-1])
    weights = images.astype(np.float64) / images.sum(axis=-1, keepdims=True, dtype=np.float64)
    row, column = (grid.ravel().astype(np.float64) for grid in np.mgrid[:side, :side])
    row = row - (weights @ row)[..., None]
    column = column - (weights @ column)[..., None]
    spread = (weights * row**2).sum(axis=-1)
    lean = -(weights * row * column).sum(axis=-1)
    found: Float64[np.ndarray, "*batch"] = np.divide(lean, spread, out=np.zeros_like(lean), where=spread > 1e-12)
    return found
