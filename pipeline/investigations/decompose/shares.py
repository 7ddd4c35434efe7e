"""How much of the variance of log p(x) over images each of their attributes explains."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64, UInt8

from pipeline.investigations.decompose.binarization import floor

PARTS = ("floor", "ink", "class", "axes")
"""What an image is explained by, all of it known of the grey image and its digit."""

Design = dict[str, Float[np.ndarray, "n _"]]


def design(grey: UInt8[np.ndarray, "n pixels"], split: pd.DataFrame) -> Design:
    """The regressors of each part, row by row: numbers with their squares, and a column a digit.

    `floor` is the entropy of the coin flips, `ink` the expected number of ones, `axes` the position on the two
    principal axes.

    Args:
        grey: the images.
        split: their digits and positions.
    """
    digit = split["digit"].to_numpy()
    return {
        "floor": with_squares(floor(grey)),
        "ink": with_squares(grey.sum(axis=1) / 255),
        "class": (digit[:, None] == np.unique(digit)).astype(np.float64),
        "axes": with_squares(split["pc1"].to_numpy(), split["within"].to_numpy()),
    }


def with_squares(*columns: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n _"]:
    """Each column standardised, and its square."""
    scaled = [(column - column.mean()) / max(float(column.std()), 1e-12) for column in columns]
    return np.stack([power for column in scaled for power in (column, column**2)], axis=1)


def variances(values: Float[np.ndarray, " n"], counts: Int64[np.ndarray, "b n"]) -> Float[np.ndarray, " b"]:
    """Variance of the values in each of b samples that have them so many times."""
    images = counts.sum(axis=1)
    mean = counts @ values / images
    spread: Float[np.ndarray, " b"] = counts @ values**2 / images - mean**2
    return spread


def explained(
    parts: Design, values: Float[np.ndarray, " n"], counts: Int64[np.ndarray, "b n"]
) -> dict[frozenset[str], Float[np.ndarray, " b"]]:
    """R^2 of the linear regression on every subset of the parts, in each of b samples.

    Args:
        parts: regressors, to which a constant is added.
        values: what is explained.
        counts: how often each row is in a sample.
    """
    names = list(parts)
    columns = np.column_stack([np.ones(len(values)), *parts.values(), values - values.mean()])
    owners = ["", *(name for name in names for _ in range(parts[name].shape[1])), "values"]
    moments = _moments(columns, counts)
    found = {}
    for size in range(len(names) + 1):
        for chosen in combinations(names, size):
            rows = [place for place, owner in enumerate(owners) if owner in {"", *chosen}]
            found[frozenset(chosen)] = _r_squared(moments, rows)
    return found


def shapley(
    found: dict[frozenset[str], Float[np.ndarray, " b"]], names: tuple[str, ...]
) -> dict[str, Float[np.ndarray, " b"]]:
    """What each part adds to R^2, averaged over all orders in which the parts can be put in; the sum is R^2 of all.

    References:
        Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, section 4.
    """
    shares = {}
    for name in names:
        others = [other for other in names if other != name]
        gained = [
            (found[frozenset({name, *before})] - found[frozenset(before)])
            * factorial(size) * factorial(len(others) - size) / factorial(len(names))
            for size in range(len(names))
            for before in combinations(others, size)
        ]  # fmt: skip
        shares[name] = np.sum(gained, axis=0)
    return shares


def within_images(redraws: pd.DataFrame) -> pd.DataFrame:
    """How log p(x) moves between the redraws of one image.

    Returns:
        One row an image, in squared nats: variance, without what the estimator's error adds to it; covariance,
        with the luck of the flips; luck, the variance of that.
    """
    rows = {}
    for image, part in redraws.groupby("image"):
        noise = float((part["standard_error"] ** 2).mean())
        both = np.cov(part["log_likelihood"], part["luck"])
        rows[image] = {"variance": both[0, 0] - noise, "covariance": both[0, 1], "luck": both[1, 1]}
    return pd.DataFrame.from_dict(rows, orient="index")


def _moments(columns: Float[np.ndarray, "n m"], counts: Int64[np.ndarray, "b n"]) -> Float[np.ndarray, "b m m"]:
    """Mean product of any two columns, in each sample."""
    upper = np.triu_indices(columns.shape[1])
    products = columns[:, upper[0]] * columns[:, upper[1]]
    means = np.concatenate([some.astype(float) @ products for some in np.array_split(counts, 1 + len(counts) // 64)])
    whole = np.empty((len(counts), columns.shape[1], columns.shape[1]))
    whole[:, upper[0], upper[1]] = means / counts.sum(axis=1, keepdims=True)
    whole[:, upper[1], upper[0]] = whole[:, upper[0], upper[1]]
    return whole


def _r_squared(moments: Float[np.ndarray, "b m m"], rows: list[int]) -> Float[np.ndarray, " b"]:
    inverse = np.linalg.pinv(moments[:, rows][:, :, rows], rcond=1e-10, hermitian=True)
    towards = moments[:, rows, -1]
    fitted = np.einsum("bi,bij,bj->b", towards, inverse, towards)
    mean = moments[:, 0, -1]
    share: Float[np.ndarray, " b"] = (fitted - mean**2) / (moments[:, -1, -1] - mean**2)
    return share
