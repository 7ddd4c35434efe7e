"""Models of binary images without a latent space, for the scale of a log likelihood."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int, UInt8
from scipy.special import logsumexp

Binary = UInt8[np.ndarray, "n pixels"]
Logs = Float64[np.ndarray, " n"]


def baselines(x: Binary, split: pd.DataFrame) -> pd.DataFrame:
    """Score the test images under models that are fitted to the training images by counting.

    Args:
        x: all binary images, by id.
        split: id, label and subset of every image.

    Returns:
        The table `pipeline.investigations.decompose.tables.BASELINES`.
    """
    train, test = (split[split["subset"] == subset] for subset in ("train", "test"))
    known, unseen = x[train["id"]], x[test["id"]]
    found = {
        "independent-pixels": independent_pixels(known, unseen),
        "independent-pixels-by-class": independent_pixels_by_class(known, train["label"].to_numpy(), unseen),
    }
    tables = (
        pd.DataFrame({"baseline": name, "id": test["id"], "log_likelihood": logs}) for name, logs in found.items()
    )
    return pd.concat(tables, ignore_index=True)


def independent_pixels(known: Binary, x: UInt8[np.ndarray, "m pixels"]) -> Float64[np.ndarray, " m"]:
    """Compute log p(x) of images whose pixels are independent, each with a probability of its own, in nats.

    A pixel's probability is its mean under a uniform prior, (k + 1) / (n + 2) if it is on in k of n images, so that no
    image is impossible.

    Args:
        known: the images to which the probabilities are fitted.
        x: the images to score.
    """
    on = (known.sum(axis=0, dtype=np.int64) + 1) / (len(known) + 2)
    return np.asarray(x @ np.log(on) + (1 - x) @ np.log1p(-on))


def independent_pixels_by_class(
    known: Binary, label: Int[np.ndarray, " n"], x: UInt8[np.ndarray, "m pixels"]
) -> Float64[np.ndarray, " m"]:
    """Compute log p(x) = log Σ_y p(y) p(x | y), with independent pixels given the class y, in nats.

    Args:
        known: the images to which the probabilities are fitted.
        label: their classes, whose frequencies are p(y).
        x: the images to score; their classes are not used.
    """
    return np.asarray(logsumexp([*_joint(known, label, x)], axis=0))


def _joint(known: Binary, label: np.ndarray, x: np.ndarray) -> Iterator[Logs]:
    for one, count in zip(*np.unique(label, return_counts=True), strict=True):
        yield np.log(count / len(label)) + independent_pixels(known[label == one], x)
