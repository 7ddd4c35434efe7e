"""Choice of the images that are reconstructed."""

import numpy as np
import pandas as pd
from jaxtyping import Int64

from pipeline.data.subsets import HOLDOUTS

RANKS = {"likely": 0.99, "ordinary": 0.5, "unlikely": 0.01}
"""Quantile of the score at which the image of each name is taken."""


def ranked(scores: pd.DataFrame) -> pd.DataFrame:
    """Choose a likely, an ordinary and an unlikely image of `test`, and a likely and an unlikely one of each tail.

    Images are ranked within their subset by their log likelihood minus the median for their label there: by log
    likelihood alone all likely images would be of the class with the least ink.

    Args:
        scores: one row per image, with id, label, subset and log_likelihood in nats.

    Returns:
        Columns id, label, subset, rank and log_likelihood, one row per chosen image.
    """
    rows = []
    for name in HOLDOUTS:
        own = scores[scores["subset"] == name].sort_values("id")
        if own.empty:
            continue
        above = own["log_likelihood"] - own.groupby("label")["log_likelihood"].transform("median")
        order = own.assign(above=above).sort_values(["above", "id"])
        for rank in RANKS if name == "test" else ("likely", "unlikely"):
            rows.append({**order.iloc[round(RANKS[rank] * (len(order) - 1))], "rank": rank})
    kinds = {"id": np.int32, "label": np.int8, "subset": str}
    return pd.DataFrame(rows)[["id", "label", "subset", "rank", "log_likelihood"]].astype(kinds)


def test_rows(split: pd.DataFrame, count: int, rng: np.random.Generator) -> Int64[np.ndarray, " m"]:
    """Draw rows of `count` images of `test` without replacement, in random order; all rows where there are fewer."""
    rows = np.flatnonzero(split["subset"] == "test")
    return rows[rng.permutation(len(rows))[:count]]
