"""Which images are held out, and why: the tails of two principal components, chosen before any model is seen."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, UInt8
from sklearn.decomposition import PCA

from pipeline.core.errors import ParameterError
from pipeline.data.subsets import REGIONS, SETS


@dataclass(frozen=True)
class Axes:
    """Two coordinates of every image.

    `pc1` is the first principal component of the training pool's pixels; `within` is that of the
    pixels less the mean of their class, so that no class can be its tail.
    """

    pc1: Float[np.ndarray, " n"]
    within: Float[np.ndarray, " n"]


def hold_out(
    grey: UInt8[np.ndarray, "n pixels"],
    digit: UInt8[np.ndarray, " n"],
    pool: Bool[np.ndarray, " n"],
    tail: float,
    validation: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Give every image its region and its set.

    Regions are cut by thresholds of the pool alone. A pool image in a tail belongs to the set of that
    tail; of the pool's centre a seeded draw is the validation set and the rest is for training.

    Args:
        grey: all images, those of the official training file and of the official test file.
        digit: their classes.
        pool: which images are of the official training file.
        tail: share of the pool in each tail of each axis.
        validation: images of the validation set.
        rng: draws the validation set.

    Returns:
        One row an image: id, digit, official, ink, pc1, within, set, region.

    Raises:
        ParameterError: the pool's centre has no more images than the validation set wants.
    """
    ink = grey.mean(axis=1, dtype=np.float64) / 255
    axes = principal_axes(grey, digit, pool, ink)
    region = regions(axes, digit, pool, tail)
    return pd.DataFrame(
        {
            "id": np.arange(len(grey), dtype=np.int32),
            "digit": digit.astype(np.int8),
            "official": pd.Categorical(np.where(pool, "train", "test"), ["train", "test"]),
            "ink": ink,
            "pc1": axes.pc1,
            "within": axes.within,
            "set": pd.Categorical(_sets(region, pool, validation, rng), SETS),
            "region": pd.Categorical(region, REGIONS),
        }
    )


def principal_axes(
    grey: UInt8[np.ndarray, "n pixels"],
    digit: UInt8[np.ndarray, " n"],
    pool: Bool[np.ndarray, " n"],
    ink: Float[np.ndarray, " n"],
) -> Axes:
    """Project every image on the two first components, both fitted on the pool."""
    pixels = grey.astype(np.float64) / 255
    pc1 = _first_component(pixels, pool, ink)
    for one in np.unique(digit):
        pixels[digit == one] -= pixels[pool & (digit == one)].mean(axis=0)
    return Axes(pc1=pc1, within=_first_component(pixels, pool, ink))


def regions(axes: Axes, digit: UInt8[np.ndarray, " n"], pool: Bool[np.ndarray, " n"], tail: float) -> np.ndarray:
    """The region of every image: a tail of PC1, else a tail of its class's within-class axis, else the centre."""
    region = np.full(len(digit), "centre", dtype=object)
    for one in np.unique(digit):
        own = digit == one
        low, high = np.quantile(axes.within[own & pool], [tail, 1 - tail])
        region[own & (axes.within < low)] = "within-low"
        region[own & (axes.within > high)] = "within-high"
    low, high = np.quantile(axes.pc1[pool], [tail, 1 - tail])
    region[axes.pc1 < low] = "pc1-low"
    region[axes.pc1 > high] = "pc1-high"
    return region


def _sets(region: np.ndarray, pool: Bool[np.ndarray, " n"], validation: int, rng: np.random.Generator) -> np.ndarray:
    sets = np.where(pool, np.where(region == "centre", "train", region), "test").astype(object)
    centre = np.flatnonzero(sets == "train")
    if validation >= len(centre):
        raise ParameterError(
            f"params.yaml: validation = {validation} leaves nothing to train on; the centre of the pool has "
            f"{len(centre)} images"
        )
    sets[rng.choice(centre, size=validation, replace=False)] = "validation"
    return sets


def _first_component(
    pixels: Float[np.ndarray, "n pixels"], pool: Bool[np.ndarray, " n"], ink: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """Scores on the pool's first component, its sign fixed.

    The sign makes the correlation with ink positive where that is more than 0.2 in size, and the
    largest loading positive elsewhere, so that platforms and reruns agree.
    """
    component = PCA(n_components=1, svd_solver="covariance_eigh").fit(pixels[pool])
    score: Float[np.ndarray, " n"] = component.transform(pixels)[:, 0]
    correlation = np.corrcoef(score[pool], ink[pool])[0, 1]
    loading = component.components_[0]
    sign = correlation if abs(correlation) > 0.2 else loading[np.abs(loading).argmax()]
    return score if sign > 0 else -score
