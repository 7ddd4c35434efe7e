"""Differences of log likelihood between two models on the same images."""

import numpy as np
import pandas as pd

from pipeline.config import IntervalParams
from pipeline.core.statistics import mean_bootstrap
from pipeline.likelihood.subset_means import parts


def compare(a: pd.DataFrame, b: pd.DataFrame, params: IntervalParams, rng: np.random.Generator) -> pd.DataFrame:
    """Compute the mean of log p_a(x) - log p_b(x) over the images that both models scored, with bootstrap intervals.

    Pairing removes the part of an image's difficulty that both models share. The interval is over images: it holds for
    these weights, not for the method that found them.

    Returns:
        One row per subset and region: subset, region, difference, low, high (nats), images.
    """
    both = a.merge(b[["id", "log_likelihood"]], on="id", suffixes=("", "_b"), validate="one_to_one")
    both["difference"] = both["log_likelihood"] - both["log_likelihood_b"]
    rows = []
    for subset, region, part in parts(both):
        mean, low, high = mean_bootstrap(part["difference"].to_numpy(), params.confidence, params.resamples, rng)
        row = {"subset": subset, "region": region, "difference": mean, "low": low, "high": high}
        rows.append(row | {"images": np.int32(len(part))})
    return pd.DataFrame(rows)
