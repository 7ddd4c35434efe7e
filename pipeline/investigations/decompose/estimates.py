"""Shares of variance and rank correlations with their intervals, as rows of one table."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float, UInt8

from pipeline.config import IntervalParams
from pipeline.core.rng import Stream
from pipeline.core.statistics import bootstrap_counts, percentile_interval
from pipeline.investigations.decompose.orders import pair_up, rank_correlation
from pipeline.investigations.decompose.shares import Explained, between_redraws, design, explain, lead
from pipeline.investigations.decompose.tables import ESTIMATES, EVERY

Row = dict[str, str | float | int]
FEWEST = 10
"""Images of a class below which no rank correlation is computed."""


def estimates(
    scores: pd.DataFrame,
    redraws: pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    control: str | None,
    grey: UInt8[np.ndarray, "all pixels"],
    split: pd.DataFrame,
    params: IntervalParams,
    stream: Stream,
) -> Iterator[Row]:
    """Decompose the variance of log p(x) over test images, and compare the order of images with other models'.

    Args:
        scores: of the model.
        redraws: of some of its test images; see `REDRAWS`.
        others: scores of other models, by name.
        control: the one among these that is a model of thresholded images, whose variance is decomposed too.
        grey: every image, by id.
        split: label and position of every image, by id.
        params: resamples and confidence of the intervals.
        stream: makes a generator, by purpose.

    Yields:
        Rows of `ESTIMATES`.
    """
    test = scores[scores["subset"] == "test"]
    ids = test["id"].to_numpy()
    counts = bootstrap_counts(len(test), params.resamples, stream("images"))
    parts = design(grey[ids], split.iloc[ids])
    found = explain(parts, test["log_likelihood"].to_numpy(), counts)
    yield from share_rows(found, redraws, len(test), params, stream("redraws"))
    if control is not None:
        values = others[control].set_index("id").loc[ids, "log_likelihood"].to_numpy()
        yield from control_rows(control, explain(parts, values, counts), found, len(test), params)
    for name, table in others.items():
        yield from order_rows(name, pair_up(scores, table), params, stream("order", name))


def share_rows(
    found: Explained, redraws: pd.DataFrame, images: int, params: IntervalParams, rng: np.random.Generator
) -> Iterator[Row]:
    """Yield the rows `share`, `alone`, `lead`, `deviation` and `binarization_log_ratio`; see `ESTIMATES`.

    Args:
        found: what the attributes of the test images explain.
        redraws: see `REDRAWS`.
        images: number of test images.
        params: confidence of the intervals.
        rng: draws as many bootstrap samples of the redrawn images.
    """
    within = between_redraws(redraws)
    again = bootstrap_counts(len(within), len(found.variance) - 1, rng)
    variance, covariance, log_ratio = (again @ within[name].to_numpy() / len(within) for name in within)

    shares = found.shares | {"binarization": variance / found.variance}
    shares["rest"] = 1 - np.sum(list(shares.values()), axis=0)
    for part, samples in shares.items():
        yield row("share", part, samples, len(within) if part == "binarization" else images, params)
    for part, samples in found.alone.items():
        yield row("alone", part, samples, images, params)
    yield row("alone", "together", found.together, images, params)
    yield row("lead", *lead(found.shares), images, params)
    yield row("deviation", "all", np.sqrt(found.variance), images, params)
    yield row("deviation", "binarization", np.sqrt(np.maximum(variance, 0)), len(within), params)
    yield row("deviation", "binarization_log_ratio", np.sqrt(log_ratio), len(within), params)
    explained = covariance**2 / np.maximum(log_ratio * variance, 1e-12)
    yield row("binarization_log_ratio", "share", explained, len(within), params)
    yield row("binarization_log_ratio", "slope", covariance / np.maximum(log_ratio, 1e-12), len(within), params)


def control_rows(name: str, control: Explained, found: Explained, images: int, params: IntervalParams) -> Iterator[Row]:
    """Yield the rows `share`, `lead` and `share_change` of a model of thresholded images; see `ESTIMATES`.

    Args:
        name: of the model of thresholded images.
        control: what the attributes of the images explain of its log p(x).
        found: what they explain of log p(x) of the model with coin flips, in the same bootstrap samples.
        images: number of images.
        params: confidence of the intervals.
    """
    for part, samples in control.shares.items():
        yield row(f"share.{name}", part, samples, images, params)
    yield row(f"share.{name}", "rest", 1 - control.together, images, params)
    yield row(f"lead.{name}", *lead(control.shares), images, params)
    first, _ = lead(found.shares)
    yield row(f"share_change.{name}", first, control.shares[first] - found.shares[first], images, params)


def order_rows(name: str, paired: pd.DataFrame, params: IntervalParams, rng: np.random.Generator) -> Iterator[Row]:
    """Yield the rank correlation of two models' log p(x) within each class, and its mean over classes."""
    kept = []
    for label, part in paired.groupby("label"):
        if len(part) >= FEWEST:
            counts = bootstrap_counts(len(part), params.resamples, rng)
            kept.append(rank_correlation(part["a"].to_numpy(), part["b"].to_numpy(), counts))
            yield row(f"order.{name}", str(label), kept[-1], len(part), params)
    if kept:
        yield row(f"order.{name}", EVERY, np.mean(kept, axis=0), len(paired), params)


def row(quantity: str, part: str, samples: Float[np.ndarray, " b"], images: int, params: IntervalParams) -> Row:
    """Return the row of a quantity, given its bootstrap samples."""
    interval = percentile_interval(samples, params.confidence)
    return {"quantity": quantity, "part": part, **interval._asdict(), "images": images}


def tabulate(rows: Iterable[Row]) -> pd.DataFrame:
    """Put rows into one table, as in `ESTIMATES`."""
    return pd.DataFrame(pd.DataFrame(rows).astype({"images": np.int32})[ESTIMATES.names])
