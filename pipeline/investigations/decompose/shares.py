"""Shares of the attributes of an image in the variance of log p(x), and the variance between its binarisations."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64, UInt8

from pipeline.core.statistics import Samples, mean_products, r_squared_of_subsets, shapley_shares
from pipeline.investigations.decompose.binarisation import binarisation_entropy

Design = dict[str, Float[np.ndarray, "n _"]]


class Explained(NamedTuple):
    """Shares of the variance of log p(x) that the parts explain, in each bootstrap sample."""

    shares: dict[str, Samples]
    """Share of each part beside the others; they add up to `together`."""
    alone: dict[str, Samples]
    """R^2 of the regression on each part alone."""
    together: Samples
    """R^2 of the regression on all parts."""
    variance: Samples
    """Variance of log p(x), in squared nats."""


def design(grey: UInt8[np.ndarray, "n pixels"], split: pd.DataFrame) -> Design:
    """Return the regressors of each part, functions of the grey image and its label, in columns.

    Each number has a column and its square another; each class has an indicator column.

    `binarisation_entropy` is the entropy of the image's binarisation, `ink` the expected number of ones, `label` the
    class, `axes` the position on the two principal axes.

    Args:
        grey: the images.
        split: label and position of each image.
    """
    label = split["label"].to_numpy()
    return {
        "binarisation_entropy": with_squares(binarisation_entropy(grey)),
        "ink": with_squares(grey.sum(axis=1) / 255),
        "label": (label[:, None] == np.unique(label)).astype(np.float64),
        "axes": with_squares(split["pc1"].to_numpy(), split["pc1_within_class"].to_numpy()),
    }


def with_squares(*columns: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n _"]:
    """Return each column standardised, and its square."""
    scaled = [(column - column.mean()) / max(float(column.std()), 1e-12) for column in columns]
    return np.stack([power for column in scaled for power in (column, column**2)], axis=1)


def regression(parts: Design, values: Float[np.ndarray, " n"]) -> tuple[Float[np.ndarray, "n m"], dict[str, list[int]]]:
    """Return the columns of the regression of the values on the parts, and the numbers of each part's columns.

    The first column is the constant, the last the values less their mean.

    Args:
        parts: regressors of the images; see `design`.
        values: log p(x) of the images, in nats.
    """
    groups = {}
    first = 1
    for name, columns in parts.items():
        groups[name] = list(range(first, first + columns.shape[1]))
        first += columns.shape[1]
    return np.column_stack([np.ones(len(values)), *parts.values(), values - values.mean()]), groups


def explain(parts: Design, values: Float[np.ndarray, " n"], counts: Int64[np.ndarray, "b n"]) -> Explained:
    """Regress log p(x) on every subset of the parts, in each bootstrap sample.

    Args:
        parts: regressors of the images; see `design`.
        values: log p(x) of the images, in nats.
        counts: bootstrap samples of the images.
    """
    columns, groups = regression(parts, values)
    target = columns.shape[1] - 1
    moments = mean_products(columns, counts)
    r_squared = r_squared_of_subsets(moments, groups, target)
    return Explained(
        shares=shapley_shares(r_squared),
        alone={part: r_squared[frozenset({part})] for part in parts},
        together=r_squared[frozenset(parts)],
        variance=moments[:, target, target] - moments[:, 0, target] ** 2,
    )


def lead(shares: Mapping[str, Samples]) -> tuple[str, Samples]:
    """Return the part with the largest share, and that share less the largest of the others in each bootstrap sample.

    The part is the largest of the data themselves, the first sample; in another sample its lead may be negative.

    Args:
        shares: of the variance, by part.
    """
    first = max(shares, key=lambda part: float(shares[part][0]))
    others = [samples for part, samples in shares.items() if part != first]
    return first, shares[first] - np.max(others, axis=0)


def between_redraws(redraws: pd.DataFrame) -> Float[np.ndarray, " images"]:
    """Compute the variance of log p(x) between the redraws of each image, in squared nats.

    It is the variance of the estimates less their mean squared error, which adds to it.

    Args:
        redraws: see `REDRAWS`.
    """
    grouped = redraws.assign(noise=redraws["standard_error"] ** 2).groupby("id")
    variance: Float[np.ndarray, " images"] = (grouped["log_likelihood"].var() - grouped["noise"].mean()).to_numpy()
    return variance
