"""Differences between models, image by image."""

import numpy as np
import pandas as pd
from jaxtyping import Float
from scipy.stats import bootstrap

from pipeline.config import CompareParams
from pipeline.likelihood.subset_means import parts


def compare(a: pd.DataFrame, b: pd.DataFrame, params: CompareParams, rng: np.random.Generator) -> pd.DataFrame:
    """Mean of log p_a(x) - log p_b(x) over the images that both models scored, with bootstrap intervals.

    Pairing removes what makes an image hard under both. The interval is over images: it speaks of these
    weights, not of the method that found them.

    Returns:
        One row a set and region: set, region, difference, low, high (nats), images.
    """
    both = a.merge(b[["id", "log_likelihood"]], on="id", suffixes=("", "_b"), validate="one_to_one")
    both["difference"] = both["log_likelihood"] - both["log_likelihood_b"]
    rows = []
    for one_set, region, part in parts(both):
        difference = part["difference"].to_numpy()
        low, high = bootstrap_interval(difference, params, rng)
        row = {"set": one_set, "region": region, "difference": difference.mean(), "low": low, "high": high}
        rows.append(row | {"images": np.int32(len(part))})
    return pd.DataFrame(rows)


def bootstrap_interval(
    values: Float[np.ndarray, " n"], params: CompareParams, rng: np.random.Generator
) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13.
    """
    found = bootstrap(
        (values,),
        np.mean,
        n_resamples=params.resamples,
        confidence_level=params.confidence,
        method="percentile",
        batch=max(1, 4_000_000 // len(values)),
        rng=rng,
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)
