"""Which images gain from more latent dimensions: a linear regression of the gain on what an image is like."""

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Float

from pipeline.config import CompareParams
from pipeline.data.images import Images
from pipeline.investigations.compare.intervals import Interval
from pipeline.investigations.compare.strata import Row, effect

GROUPS = {"digit": (), "ink": ("ink",), "within": ("within", "within_size"), "distance": ("distance",)}
"""Predictors whose share is one: the digit has a column for each class but one."""
SLOPES = ("ink", "within", "within_size", "distance")

Moments = Float[np.ndarray, "r p p"]


def traits(images: Images, split: pd.DataFrame) -> pd.DataFrame:
    """What an image is like, before any model: id, set, digit, and the predictors of its gain.

    `within` is the within-class axis and `within_size` its distance from zero on it; `distance` is the Euclidean
    distance, in grey levels from 0 to 1, to the mean image of its class in the official training file.
    """
    pixels, pool = images.grey / np.float64(255), (split["official"] == "train").to_numpy()
    distance = np.empty(len(pixels))
    for digit in np.unique(images.digit):
        own = images.digit == digit
        centre = pixels[own & pool].mean(axis=0)
        distance[own] = np.linalg.norm(pixels[own] - centre, axis=1)
    columns = split[["id", "set", "digit", "ink", "within"]]
    return columns.assign(within_size=split["within"].abs(), distance=distance)


def gain_effects(
    images: pd.DataFrame, models: tuple[str, str], params: CompareParams, rng: np.random.Generator
) -> Iterator[Row]:
    """Rows `gain-share`, `gain-slope` and `gain-correlation`, of the gain of model a over model b.

    Least squares of the gain on the digit and the standardised predictors. A group's share of R^2 is what it adds
    to it, averaged over all orders in which the groups could be added, so that the shares add up to R^2. Intervals
    are bootstrap percentiles over images.

    Args:
        images: one row an image: digit, `SLOPES`, and log likelihoods a and b in nats.
        models: whose log likelihoods these are.
        params: resamples and confidence.
        rng: draws the resamples.

    References:
        Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, section 4.3.
    """
    columns, groups, digits = _design(images)
    targets = np.column_stack([images["a"] - images["b"], images["a"], images["b"]])
    moments = _moments(np.column_stack([columns, targets]), params.resamples, rng)
    sizes = len(images), params.resamples
    for kind, found in (
        ("gain-share", _shares(moments, groups)),
        ("gain-slope", _slopes(moments, digits)),
        ("gain-correlation", dict(zip(models, _correlations(moments), strict=True))),
    ):
        for name, values in found.items():
            yield effect(kind, models, "test", _percentiles(values, params.confidence), sizes, name)


def _design(images: pd.DataFrame) -> tuple[np.ndarray, dict[str, list[int]], list[int]]:
    """Columns of the regression: one, digits against the last of them, predictors with mean zero and variance one."""
    digits = sorted(int(digit) for digit in images["digit"].unique())
    own = (images["digit"].to_numpy()[:, None] == np.array(digits)).astype(float)
    raw = images[list(SLOPES)].to_numpy(float)
    spread = raw.std(axis=0)
    numeric = (raw - raw.mean(axis=0)) / np.where(spread > 0, spread, 1)
    columns = np.column_stack([np.ones(len(images)), own[:, :-1] - own[:, -1:], numeric])
    groups = {name: [len(digits) + SLOPES.index(one) for one in members] for name, members in GROUPS.items()}
    return columns, groups | {"digit": list(range(1, len(digits)))}, digits


def _moments(table: Float[np.ndarray, "n p"], resamples: int, rng: np.random.Generator) -> Moments:
    """Mean products of the columns: over all images first, then over each resample of them."""
    n = len(table)
    found = [table.T @ table / n]
    for _ in range(resamples):
        times = rng.multinomial(n, np.full(n, 1 / n)) / n
        found.append((table * times[:, None]).T @ table)
    return np.stack(found)


def _solve(moments: Moments, columns: list[int]) -> tuple[Float[np.ndarray, "r k"], Float[np.ndarray, " r"]]:
    """Coefficients on the columns, and R^2; the gain is the third column from the end."""
    inner = np.linalg.pinv(moments[:, columns][:, :, columns], hermitian=True)
    outer = moments[:, columns, -3]
    slopes = np.einsum("rij,rj->ri", inner, outer)
    total = moments[:, -3, -3] - moments[:, 0, -3] ** 2
    left = moments[:, -3, -3] - np.einsum("ri,ri->r", slopes, outer)
    return slopes, 1 - left / np.where(total > 0, total, 1)


def _shares(moments: Moments, groups: dict[str, list[int]]) -> dict[str, np.ndarray]:
    explained = {
        frozenset(chosen): _solve(moments, [0, *(column for name in chosen for column in groups[name])])[1]
        for size in range(len(groups) + 1)
        for chosen in combinations(groups, size)
    }
    shares = {
        name: sum(
            (explained[before | {name}] - explained[before]) / (len(groups) * math.comb(len(groups) - 1, len(before)))
            for before in explained
            if name not in before
        )
        for name in groups
    }
    return {**shares, "all": explained[frozenset(groups)]}


def _slopes(moments: Moments, digits: list[int]) -> dict[str, np.ndarray]:
    slopes, _ = _solve(moments, list(range(moments.shape[1] - 3)))
    effects = slopes[:, 1 : len(digits)]
    effects = np.column_stack([effects, -effects.sum(axis=1)])
    numeric = dict(zip(SLOPES, slopes[:, len(digits) :].T, strict=True))
    return numeric | {f"digit_{digit}": values for digit, values in zip(digits, effects.T, strict=True)}


def _correlations(moments: Moments) -> list[np.ndarray]:
    """Of the gain with the log likelihood under model a, and under model b."""
    centre = moments[:, 0, -3:]
    spread = moments[:, -3:, -3:] - centre[:, :, None] * centre[:, None, :]
    size = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
    scale = size[:, :1] * size[:, 1:]
    return list((spread[:, 0, 1:] / np.where(scale > 0, scale, 1)).T)


def _percentiles(values: np.ndarray, confidence: float) -> Interval:
    low, high = np.quantile(values[1:], [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(values[0]), float(low), float(high))
