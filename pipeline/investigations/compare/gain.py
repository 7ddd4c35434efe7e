"""Linear regression of the gain of log likelihood from more latent dimensions on attributes of the image."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.config import IntervalParams
from pipeline.core.statistics import (
    Moments,
    bootstrap_counts,
    least_squares,
    mean_products,
    percentile_interval,
    r_squared_of_subsets,
    shapley_shares,
)
from pipeline.data.images import Images
from pipeline.investigations.compare.strata import Row, effect

GROUPS = {
    "label": (),
    "ink": ("ink",),
    "pc1_within_class": ("pc1_within_class", "pc1_within_class_size"),
    "distance": ("distance",),
}
"""Predictors that share one part of R^2; the label has one column per class except the last."""
SLOPES = ("ink", "pc1_within_class", "pc1_within_class_size", "distance")


def traits(images: Images, split: pd.DataFrame) -> pd.DataFrame:
    """Compute attributes of images that do not depend on a model: the predictors of the gain.

    Args:
        images: all images.
        split: position on the principal axes, ink and official file of every image.

    Returns:
        One row per image: id, subset, label, ink; `pc1_within_class`, the position on the within-class axis, and
        `pc1_within_class_size`, its absolute value; `distance`, the Euclidean distance, in grey levels from 0 to 1, to
        the mean image of its class in the official training file.
    """
    pixels = images.grey / np.float64(255)
    pool = (split["official"] == "train").to_numpy()
    distance = np.empty(len(pixels))
    for label in np.unique(images.label):
        own = images.label == label
        centre = pixels[own & pool].mean(axis=0)
        distance[own] = np.linalg.norm(pixels[own] - centre, axis=1)
    columns = split[["id", "subset", "label", "ink", "pc1_within_class"]]
    return columns.assign(pc1_within_class_size=split["pc1_within_class"].abs(), distance=distance)


def gain_effects(
    images: pd.DataFrame, models: tuple[str, str], params: IntervalParams, rng: np.random.Generator
) -> Iterator[Row]:
    """Yield the rows `gain-share` and `gain-slope` of the gain of model a over model b.

    Least squares of the gain on the label and the standardised predictors. R^2 is split by `shapley_shares`; intervals
    are bootstrap percentiles over images.

    Args:
        images: one row per image: label, `SLOPES`, and log likelihoods a and b in nats.
        models: names of model a and model b.
        params: resamples and confidence.
        rng: draws the resamples.
    """
    columns, groups, labels = _design(images)
    counts = bootstrap_counts(len(images), params.resamples, rng)
    moments = mean_products(np.column_stack([columns, images["a"] - images["b"]]), counts)
    for kind, found in (("gain-share", _shares(moments, groups)), ("gain-slope", _slopes(moments, labels))):
        for name, samples in found.items():
            yield effect(kind, models, "test", percentile_interval(samples, params.confidence), len(images), name)


def _design(images: pd.DataFrame) -> tuple[np.ndarray, dict[str, list[int]], list[int]]:
    """Return the columns of the regression: 1, labels against the last of them, standardised predictors."""
    labels = sorted(int(label) for label in images["label"].unique())
    own = (images["label"].to_numpy()[:, None] == np.array(labels)).astype(float)
    raw = images[list(SLOPES)].to_numpy(float)
    spread = raw.std(axis=0)
    numeric = (raw - raw.mean(axis=0)) / np.where(spread > 0, spread, 1)
    columns = np.column_stack([np.ones(len(images)), own[:, :-1] - own[:, -1:], numeric])
    groups = {name: [len(labels) + SLOPES.index(one) for one in members] for name, members in GROUPS.items()}
    return columns, groups | {"label": list(range(1, len(labels)))}, labels


def _shares(moments: Moments, groups: dict[str, list[int]]) -> dict[str, np.ndarray]:
    r_squared = r_squared_of_subsets(moments, groups, moments.shape[1] - 1)
    return shapley_shares(r_squared) | {"all": r_squared[frozenset(groups)]}


def _slopes(moments: Moments, labels: list[int]) -> dict[str, np.ndarray]:
    """Return the coefficients, those of the labels relative to their mean."""
    target = moments.shape[1] - 1
    slopes, _ = least_squares(moments, range(1, target), target)
    effects = slopes[:, 1 : len(labels)]
    effects = np.column_stack([effects, -effects.sum(axis=1)])
    numeric = dict(zip(SLOPES, slopes[:, len(labels) :].T, strict=True))
    return numeric | {f"label_{label}": values for label, values in zip(labels, effects.T, strict=True)}
