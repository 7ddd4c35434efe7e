"""Shares and rank correlations with their intervals, in one table."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64, UInt8

from pipeline.config import CompareParams
from pipeline.data.sampled_images import Stream
from pipeline.investigations.decompose.orders import pair_up, rank_correlation
from pipeline.investigations.decompose.shares import PARTS, design, explained, shapley, variances, within_images
from pipeline.investigations.decompose.tables import ESTIMATES, EVERY

Row = dict[str, str | float | int]
FEWEST = 10
"""Images of a digit, fewer than which have no order to speak of."""


def estimate(
    scores: pd.DataFrame,
    redraws: pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    grey: UInt8[np.ndarray, "all pixels"],
    split: pd.DataFrame,
    params: CompareParams,
    stream: Stream,
) -> pd.DataFrame:
    """Take the variance of log p(x) over test images apart, and compare the order of images with other models'.

    Args:
        scores: of the model.
        redraws: of some of its test images; see `REDRAWS`.
        others: scores of other models, by name.
        grey: every image, by id.
        split: every image's digit and position, by id.
        params: resamples and confidence of the intervals.
        stream: a source of random numbers by purpose.

    Returns:
        One row an estimate, as in `ESTIMATES`.
    """
    test = scores[scores["set"] == "test"]
    ids = test["id"].to_numpy()
    values = test["log_likelihood"].to_numpy()
    counts = resample(len(test), params.resamples, stream("images"))
    rows = list(share_rows(design(grey[ids], split.iloc[ids]), values, counts, redraws, params, stream("redraws")))
    for name, table in others.items():
        rows += order_rows(name, pair_up(scores, table), params, stream("order", name))
    return pd.DataFrame(pd.DataFrame(rows).astype({"images": np.int32})[ESTIMATES.names])


def resample(images: int, resamples: int, rng: np.random.Generator) -> Int64[np.ndarray, "b n"]:
    """How often each image is in each of the bootstrap's samples; the first sample is the images themselves."""
    drawn = rng.multinomial(images, np.full(images, 1 / images), size=resamples)
    return np.concatenate([np.ones((1, images), dtype=np.int64), drawn])


def share_rows(
    parts: Mapping[str, Float[np.ndarray, "n _"]],
    values: Float[np.ndarray, " n"],
    counts: Int64[np.ndarray, "b n"],
    redraws: pd.DataFrame,
    params: CompareParams,
    rng: np.random.Generator,
) -> Iterator[Row]:
    """The shares of the parts, of the flips and of what remains, which add up to one, and what belongs to them."""
    inside = within_images(redraws)
    again = resample(len(inside), len(counts) - 1, rng)
    total = variances(values, counts)
    variance, covariance, luck = (again @ inside[name].to_numpy() / len(inside) for name in inside)
    found = explained(dict(parts), values, counts)
    shares = shapley(found, PARTS) | {"flips": variance / total}
    shares["rest"] = 1 - np.sum(list(shares.values()), axis=0)
    for part, samples in shares.items():
        yield _row("share", part, samples, len(inside if part == "flips" else values), params)
    for part in PARTS:
        yield _row("alone", part, found[frozenset({part})], len(values), params)
    yield _row("alone", "together", found[frozenset(PARTS)], len(values), params)
    yield _row("deviation", "all", np.sqrt(total), len(values), params)
    yield _row("deviation", "flips", np.sqrt(np.maximum(variance, 0)), len(inside), params)
    yield _row("deviation", "luck", np.sqrt(luck), len(inside), params)
    follows = covariance**2 / np.maximum(luck * variance, 1e-12)
    yield _row("luck", "share", follows, len(inside), params)
    yield _row("luck", "slope", covariance / np.maximum(luck, 1e-12), len(inside), params)


def order_rows(name: str, paired: pd.DataFrame, params: CompareParams, rng: np.random.Generator) -> Iterator[Row]:
    """Rank correlation of two models' log p(x) within each digit, and its mean over digits."""
    kept = []
    for digit, part in paired.groupby("digit"):
        if len(part) >= FEWEST:
            counts = resample(len(part), params.resamples, rng)
            kept.append(rank_correlation(part["a"].to_numpy(), part["b"].to_numpy(), counts))
            yield _row(f"order.{name}", str(digit), kept[-1], len(part), params)
    if kept:
        yield _row(f"order.{name}", EVERY, np.mean(kept, axis=0), len(paired), params)


def _row(quantity: str, part: str, samples: Float[np.ndarray, " b"], images: int, params: CompareParams) -> Row:
    """The first sample's value, with the percentile interval of the others."""
    low, high = np.quantile(samples[1:], [(1 - params.confidence) / 2, (1 + params.confidence) / 2])
    return {"quantity": quantity, "part": part, "value": samples[0], "low": low, "high": high, "images": images}
