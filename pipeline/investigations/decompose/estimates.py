"""Shares of variance and rank correlations with their intervals, in one table."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64, UInt8

from pipeline.config import IntervalParams
from pipeline.core.rng import Stream
from pipeline.core.statistics import (
    bootstrap_counts,
    mean_products,
    percentile_interval,
    r_squared_of_subsets,
    shapley_shares,
)
from pipeline.investigations.decompose.orders import pair_up, rank_correlation
from pipeline.investigations.decompose.shares import PARTS, Design, between_redraws, design, regression
from pipeline.investigations.decompose.tables import ESTIMATES, EVERY

Row = dict[str, str | float | int]
FEWEST = 10
"""Images of a class below which no rank correlation is computed."""


def estimate(
    scores: pd.DataFrame,
    redraws: pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    grey: UInt8[np.ndarray, "all pixels"],
    split: pd.DataFrame,
    params: IntervalParams,
    stream: Stream,
) -> pd.DataFrame:
    """Decompose the variance of log p(x) over test images, and compare the order of images with other models'.

    Args:
        scores: of the model.
        redraws: of some of its test images; see `REDRAWS`.
        others: scores of other models, by name.
        grey: every image, by id.
        split: label and position of every image, by id.
        params: resamples and confidence of the intervals.
        stream: makes a generator, by purpose.

    Returns:
        One row per estimate, as in `ESTIMATES`.
    """
    test = scores[scores["subset"] == "test"]
    ids = test["id"].to_numpy()
    values = test["log_likelihood"].to_numpy()
    counts = bootstrap_counts(len(test), params.resamples, stream("images"))
    parts = design(grey[ids], split.iloc[ids])
    rows = list(share_rows(parts, values, counts, redraws, params, stream("redraws")))
    for name, table in others.items():
        rows += order_rows(name, pair_up(scores, table), params, stream("order", name))
    return pd.DataFrame(pd.DataFrame(rows).astype({"images": np.int32})[ESTIMATES.names])


def share_rows(
    parts: Design,
    values: Float[np.ndarray, " n"],
    counts: Int64[np.ndarray, "b n"],
    redraws: pd.DataFrame,
    params: IntervalParams,
    rng: np.random.Generator,
) -> Iterator[Row]:
    """Yield the rows `share`, `alone`, `deviation` and `binarization_log_ratio`; see `ESTIMATES`.

    Args:
        parts: regressors of the test images; see `design`.
        values: log p(x) of the test images, in nats.
        counts: bootstrap samples of the test images.
        redraws: see `REDRAWS`.
        params: confidence of the intervals.
        rng: draws as many bootstrap samples of the redrawn images.
    """
    columns, groups = regression(parts, values)
    target = columns.shape[1] - 1
    moments = mean_products(columns, counts)
    total = moments[:, target, target] - moments[:, 0, target] ** 2
    r_squared = r_squared_of_subsets(moments, groups, target)

    within = between_redraws(redraws)
    again = bootstrap_counts(len(within), len(counts) - 1, rng)
    variance, covariance, log_ratio = (again @ within[name].to_numpy() / len(within) for name in within)

    shares = shapley_shares(r_squared) | {"binarization": variance / total}
    shares["rest"] = 1 - np.sum(list(shares.values()), axis=0)
    for part, samples in shares.items():
        yield _row("share", part, samples, len(within if part == "binarization" else values), params)
    for part in PARTS:
        yield _row("alone", part, r_squared[frozenset({part})], len(values), params)
    yield _row("alone", "together", r_squared[frozenset(PARTS)], len(values), params)
    yield _row("deviation", "all", np.sqrt(total), len(values), params)
    yield _row("deviation", "binarization", np.sqrt(np.maximum(variance, 0)), len(within), params)
    yield _row("deviation", "binarization_log_ratio", np.sqrt(log_ratio), len(within), params)
    explained = covariance**2 / np.maximum(log_ratio * variance, 1e-12)
    yield _row("binarization_log_ratio", "share", explained, len(within), params)
    yield _row("binarization_log_ratio", "slope", covariance / np.maximum(log_ratio, 1e-12), len(within), params)


def order_rows(name: str, paired: pd.DataFrame, params: IntervalParams, rng: np.random.Generator) -> Iterator[Row]:
    """Yield the rank correlation of two models' log p(x) within each class, and its mean over classes."""
    kept = []
    for label, part in paired.groupby("label"):
        if len(part) >= FEWEST:
            counts = bootstrap_counts(len(part), params.resamples, rng)
            kept.append(rank_correlation(part["a"].to_numpy(), part["b"].to_numpy(), counts))
            yield _row(f"order.{name}", str(label), kept[-1], len(part), params)
    if kept:
        yield _row(f"order.{name}", EVERY, np.mean(kept, axis=0), len(paired), params)


def _row(quantity: str, part: str, samples: Float[np.ndarray, " b"], images: int, params: IntervalParams) -> Row:
    interval = percentile_interval(samples, params.confidence)
    return {"quantity": quantity, "part": part, **interval._asdict(), "images": images}
