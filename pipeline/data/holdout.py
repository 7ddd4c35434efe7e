"""Hold out extreme images: the tails of two principal components, cut before any model is trained."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, UInt8
from sklearn.decomposition import PCA

from pipeline.core.errors import ParameterError
from pipeline.data.subsets import REGIONS, SUBSETS

DECIMALS = 5
"""Decimals to which projections are rounded; processors disagree from the 14th decimal on."""

SIGN_CORRELATION = 0.2
"""Correlation with ink above which it decides the sign of a principal component."""


@dataclass(frozen=True)
class Axes:
    """Two coordinates of every image, rounded to `DECIMALS` so that they do not depend on the processor.

    `pc1` is the image's score on the first principal component of the training pool's pixels;
    `pc1_within_class` is the same after the mean image of each class was subtracted, so that no class as a whole
    can be a tail.
    """

    pc1: Float[np.ndarray, " n"]
    pc1_within_class: Float[np.ndarray, " n"]


def hold_out(
    grey: UInt8[np.ndarray, "n pixels"],
    label: UInt8[np.ndarray, " n"],
    pool: Bool[np.ndarray, " n"],
    tail: float,
    validation: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Assign every image to a region and to a subset.

    Regions are cut by thresholds that the training pool alone decides. A pool image in a tail belongs to the subset
    named after that tail; a random draw from the pool's centre is the validation subset, and the rest of the centre is
    the training subset.

    Args:
        grey: all images, those of the official training file and those of the official test file.
        label: their classes.
        pool: True for the images of the official training file.
        tail: share of the pool in each tail of each axis.
        validation: number of validation images.
        rng: draws the validation images.

    Returns:
        One row per image, with the columns of `SPLIT`.

    Raises:
        ParameterError: the pool's centre has no more images than `validation`.
    """
    ink = grey.mean(axis=1, dtype=np.float64) / 255
    axes = principal_axes(grey, label, pool, ink)
    region = regions(axes, label, pool, tail)
    return pd.DataFrame(
        {
            "id": np.arange(len(grey), dtype=np.int32),
            "label": label.astype(np.int8),
            "official": pd.Categorical(np.where(pool, "train", "test"), ["train", "test"]),
            "ink": ink,
            "pc1": axes.pc1,
            "pc1_within_class": axes.pc1_within_class,
            "subset": pd.Categorical(_subsets(region, pool, validation, rng), SUBSETS),
            "region": pd.Categorical(region, REGIONS),
        }
    )


def principal_axes(
    grey: UInt8[np.ndarray, "n pixels"],
    label: UInt8[np.ndarray, " n"],
    pool: Bool[np.ndarray, " n"],
    ink: Float[np.ndarray, " n"],
) -> Axes:
    """Project every image on the two axes, both fitted on the pool.

    Args:
        grey: all images.
        label: their classes.
        pool: True for the images of the official training file.
        ink: mean grey level of each image, which fixes the signs of the axes.
    """
    pixels = grey.astype(np.float64) / 255
    pc1 = _first_component(pixels, pool, ink)
    for one in np.unique(label):
        pixels[label == one] -= pixels[pool & (label == one)].mean(axis=0)
    return Axes(pc1=_rounded(pc1), pc1_within_class=_rounded(_first_component(pixels, pool, ink)))


def regions(axes: Axes, label: UInt8[np.ndarray, " n"], pool: Bool[np.ndarray, " n"], tail: float) -> np.ndarray:
    """Return the region of every image: a tail of PC1, else a tail of its class's within-class axis, else the centre.

    An image that lies on a threshold belongs to the centre.
    """
    region = np.full(len(label), "centre", dtype=object)
    for one in np.unique(label):
        own = label == one
        low, high = np.quantile(axes.pc1_within_class[own & pool], [tail, 1 - tail])
        region[own & (axes.pc1_within_class < low)] = "within-low"
        region[own & (axes.pc1_within_class > high)] = "within-high"
    low, high = np.quantile(axes.pc1[pool], [tail, 1 - tail])
    region[axes.pc1 < low] = "pc1-low"
    region[axes.pc1 > high] = "pc1-high"
    return region


def _subsets(region: np.ndarray, pool: Bool[np.ndarray, " n"], validation: int, rng: np.random.Generator) -> np.ndarray:
    subsets = np.where(pool, np.where(region == "centre", "train", region), "test").astype(object)
    centre = np.flatnonzero(subsets == "train")
    if validation >= len(centre):
        raise ParameterError(
            f"params.yaml: validation = {validation} leaves no image to train on: the centre of the training file has "
            f"{len(centre)}; lower it under datasets:"
        )
    subsets[rng.choice(centre, size=validation, replace=False)] = "validation"
    return subsets


def _first_component(
    pixels: Float[np.ndarray, "n pixels"], pool: Bool[np.ndarray, " n"], ink: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """Return scores on the pool's first principal component, with a sign that does not depend on the platform.

    The sign makes the correlation with ink positive where its size is above `SIGN_CORRELATION`, and the largest
    loading positive elsewhere.
    """
    component = PCA(n_components=1, svd_solver="covariance_eigh").fit(pixels[pool])
    score: Float[np.ndarray, " n"] = component.transform(pixels)[:, 0]
    correlation = np.corrcoef(score[pool], ink[pool])[0, 1]
    loading = component.components_[0]
    sign = correlation if abs(correlation) > SIGN_CORRELATION else loading[np.abs(loading).argmax()]
    return score if sign > 0 else -score


def _rounded(score: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Round scores to `DECIMALS`; adding 0 turns -0 into 0."""
    return np.round(score, DECIMALS) + 0.0
