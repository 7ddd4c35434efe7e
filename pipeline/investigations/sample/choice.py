"""Which images are reconstructed, and which are joined by a path."""

import numpy as np
import pandas as pd
from jaxtyping import Int64

from pipeline.data.subsets import HOLDOUTS

RANKS = {"likely": 0.99, "ordinary": 0.5, "unlikely": 0.01}
"""Quantile of the score at which an image is called so."""


def ranked(scores: pd.DataFrame) -> pd.DataFrame:
    """A likely, an ordinary and an unlikely image of `test`, and a likely and an unlikely one of each tail.

    An image is ranked within its set by how far its log likelihood lies above the median of its digit there:
    by log likelihood alone all likely images would be of the digit that has the least ink.

    Args:
        scores: one row an image, with id, digit, set and log_likelihood in nats.

    Returns:
        Columns id, digit, set, rank and log_likelihood, one row an image shown.
    """
    rows = []
    for name in HOLDOUTS:
        own = scores[scores["set"] == name].sort_values("id")
        if own.empty:
            continue
        above = own["log_likelihood"] - own.groupby("digit")["log_likelihood"].transform("median")
        order = own.assign(above=above).sort_values(["above", "id"])
        for rank in RANKS if name == "test" else ("likely", "unlikely"):
            rows.append({**order.iloc[round(RANKS[rank] * (len(order) - 1))], "rank": rank})
    kinds = {"id": np.int32, "digit": np.int8, "set": str}
    return pd.DataFrame(rows)[["id", "digit", "set", "rank", "log_likelihood"]].astype(kinds)


def test_rows(split: pd.DataFrame, count: int, rng: np.random.Generator) -> Int64[np.ndarray, " m"]:
    """Rows of so many images of `test`, drawn without replacement and in the order drawn; all where there are fewer."""
    rows = np.flatnonzero(split["set"] == "test")
    return rows[rng.permutation(len(rows))[:count]]
