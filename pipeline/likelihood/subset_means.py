"""Mean log likelihoods over subsets and regions, with Monte Carlo and sampling error."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

WHOLE = "all"
"""Region that stands for a whole subset."""


def summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Compute the mean log likelihood of every subset, and of every region of the test set.

    Args:
        scores: one row per image.

    Returns:
        One row per subset and region, `all` being the whole subset: images; log_likelihood and elbo, means in
        nats; monte_carlo_error, of the mean over these very images; sampling_error, of the mean as an
        estimate for all images such as these.
    """
    rows = [
        {
            "subset": subset,
            "region": region,
            "images": len(part),
            "log_likelihood": part["log_likelihood"].mean(),
            "elbo": part["elbo"].mean(),
            "monte_carlo_error": float(np.sqrt((part["standard_error"] ** 2).sum()) / len(part)),
            "sampling_error": part["log_likelihood"].std(ddof=1) / np.sqrt(len(part)),
        }
        for subset, region, part in parts(scores)
    ]
    return pd.DataFrame(rows)


def pareto_limit(draws: int | np.ndarray) -> np.ndarray:
    """Return the Pareto shape above which neither an estimate from that many draws nor its error is to be trusted.

    References:
        Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, section 3.2.
    """
    return np.asarray(np.minimum(1 - 1 / np.log10(draws), 0.7))


def trustworthy(scores: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether the tail of each image's weights is light enough to trust the estimate and its standard error."""
    within: pd.Series[bool] = scores["pareto_k"] <= pareto_limit(scores["draws"].to_numpy())
    return within


def parts(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield every whole subset, then the regions of the test set that have at least two images."""
    for subset, part in table.groupby("subset", observed=True, sort=True):
        yield str(subset), WHOLE, part
    test = table[table["subset"] == "test"]
    for region, part in test.groupby("region", observed=True, sort=True):
        if len(part) > 1:
            yield "test", str(region), part
