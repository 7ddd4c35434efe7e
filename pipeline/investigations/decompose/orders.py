"""Rank correlation of the log likelihoods of the same images under two models."""

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64


def rank_correlation(
    a: Float[np.ndarray, " n"], b: Float[np.ndarray, " n"], counts: Int64[np.ndarray, "s n"]
) -> Float[np.ndarray, " s"]:
    """Compute Spearman's rank correlation of a and b in each bootstrap sample.

    Copies of one image share the mean of their ranks.

    Args:
        a: one value per image, without ties.
        b: the same.
        counts: how often each image is in each sample.
    """
    ranks = [_ranks(values, counts) for values in (a, b)]
    total = counts.sum(axis=1, keepdims=True)
    x, y = (rank - (counts * rank).sum(axis=1, keepdims=True) / total for rank in ranks)
    products = [(counts * one * other).sum(axis=1) for one, other in ((x, y), (x, x), (y, y))]
    found: Float[np.ndarray, " s"] = products[0] / np.sqrt(products[1] * products[2])
    return found


def pair_up(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Return the test images that both models scored, with both log likelihoods in nats: id, label, a, b.

    Args:
        a: scores of model a, one row per image.
        b: scores of model b.
    """
    test = a.loc[a["subset"] == "test", ["id", "label", "log_likelihood"]].rename(columns={"log_likelihood": "a"})
    other = b[["id", "log_likelihood"]].rename(columns={"log_likelihood": "b"})
    return test.merge(other, on="id", validate="one_to_one")


def _ranks(values: Float[np.ndarray, " n"], counts: Int64[np.ndarray, "s n"]) -> Float[np.ndarray, "s n"]:
    """Return the rank of each value in each sample; copies share the mean of their ranks."""
    order = np.argsort(values, kind="stable")
    last = np.cumsum(counts[:, order], axis=1)
    ranks = np.empty(counts.shape)
    ranks[:, order] = last - (counts[:, order] - 1) / 2
    return ranks
