"""Shares of variance and rank correlations with their intervals, as rows of one table."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

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


class Control(NamedTuple):
    """Scores of two models that differ in the binarisation of the images alone."""

    name: str
    """Of the model of thresholded images."""
    thresholded: pd.DataFrame
    """Scores of this model."""
    stochastic: pd.DataFrame
    """Scores of the model of images with coin flips."""


def variance_estimates(
    scores: pd.DataFrame,
    redraws: pd.DataFrame,
    control: Control | None,
    grey: UInt8[np.ndarray, "all pixels"],
    split: pd.DataFrame,
    params: IntervalParams,
    stream: Stream,
) -> Iterator[Row]:
    """Decompose the variance of log p(x) over test images.

    Args:
        scores: of the model.
        redraws: of some of its test images; see `REDRAWS`.
        control: two models whose variances are decomposed too, over the same images.
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
        thresholded, stochastic = (
            explain(parts, table.set_index("id").loc[ids, "log_likelihood"].to_numpy(), counts)
            for table in (control.thresholded, control.stochastic)
        )
        yield from control_rows(control.name, thresholded, stochastic, lead(found.shares)[0], len(test), params)


def order_estimates(
    scores: pd.DataFrame, others: Mapping[str, pd.DataFrame], params: IntervalParams, stream: Stream
) -> Iterator[Row]:
    """Compare the order of test images by log p(x) with that under other models, within each class.

    Args:
        scores: of the model.
        others: scores of the other models, by name.
        params: resamples and confidence of the intervals.
        stream: makes a generator, by purpose.

    Yields:
        Rows of `ESTIMATES`.
    """
    for name, table in others.items():
        yield from order_rows(name, pair_up(scores, table), params, stream("order", name))


def share_rows(
    found: Explained, redraws: pd.DataFrame, images: int, params: IntervalParams, rng: np.random.Generator
) -> Iterator[Row]:
    """Yield the rows `share`, `alone`, `lead` and `deviation`; see `ESTIMATES`.

    Args:
        found: what the attributes of the test images explain.
        redraws: see `REDRAWS`.
        images: number of test images.
        params: confidence of the intervals.
        rng: draws as many bootstrap samples of the redrawn images.
    """
    within = between_redraws(redraws)
    again = bootstrap_counts(len(within), len(found.variance) - 1, rng)
    variance = again @ within / len(within)

    shares = found.shares | {"binarisation": variance / found.variance}
    shares["rest"] = 1 - np.sum(list(shares.values()), axis=0)
    for part, samples in shares.items():
        yield row("share", part, samples, len(within) if part == "binarisation" else images, params)
    for part, samples in found.alone.items():
        yield row("alone", part, samples, images, params)
    yield row("lead", *lead(found.shares), images, params)
    yield row("deviation", "all", np.sqrt(found.variance), images, params)
    yield row("deviation", "binarisation", np.sqrt(np.maximum(variance, 0)), len(within), params)


def control_rows(
    name: str, control: Explained, found: Explained, first: str, images: int, params: IntervalParams
) -> Iterator[Row]:
    """Yield the rows `share`, `lead` and `share_change` of a model of thresholded images; see `ESTIMATES`.

    Args:
        name: of the model of thresholded images.
        control: what the attributes of the images explain of its log p(x).
        found: what they explain of log p(x) of the model with coin flips, in the same bootstrap samples.
        first: the attribute whose share is compared between the two.
        images: number of images.
        params: confidence of the intervals.
    """
    for part, samples in control.shares.items():
        yield row(f"share.{name}", part, samples, images, params)
    yield row(f"share.{name}", "rest", 1 - control.together, images, params)
    yield row(f"lead.{name}", *lead(control.shares), images, params)
    yield row(f"share_change.{name}", first, control.shares[first] - found.shares[first], images, params)


def order_rows(name: str, paired: pd.DataFrame, params: IntervalParams, rng: np.random.Generator) -> Iterator[Row]:
    """Yield the rank correlation of two models' log p(x) within each class, and its mean over classes.

    Args:
        name: of the other model.
        paired: what `pair_up` returned.
        params: resamples and confidence of the intervals.
        rng: draws the resamples.
    """
    kept = []
    for label, part in paired.groupby("label"):
        if len(part) >= FEWEST:
            counts = bootstrap_counts(len(part), params.resamples, rng)
            kept.append(rank_correlation(part["a"].to_numpy(), part["b"].to_numpy(), counts))
            yield row(f"order.{name}", str(label), kept[-1], len(part), params)
    if kept:
        yield row(f"order.{name}", EVERY, np.mean(kept, axis=0), len(paired), params)


def row(quantity: str, part: str, samples: Float[np.ndarray, " b"], images: int, params: IntervalParams) -> Row:
    """Return a row of `ESTIMATES`, given the bootstrap samples of the quantity.

    Args:
        quantity: its name.
        part: what it is of.
        samples: its values, that of the data themselves first.
        images: their number.
        params: confidence of the interval.
    """
    interval = percentile_interval(samples, params.confidence)
    return {"quantity": quantity, "part": part, **interval._asdict(), "images": images}


def tabulate(rows: Iterable[Row]) -> pd.DataFrame:
    """Put rows into one table, as in `ESTIMATES`."""
    return pd.DataFrame(pd.DataFrame(rows).astype({"images": np.int32})[ESTIMATES.names])
