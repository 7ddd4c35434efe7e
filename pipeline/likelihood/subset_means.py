"""Means over images, with both their errors."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

WHOLE = "all"
"""The region that stands for a whole set."""


def summary(scores: pd.DataFrame) -> pd.DataFrame:
    """Mean log likelihood of every set, and of every region of it.

    Args:
        scores: one row an image.

    Returns:
        One row a set and region, `all` being the whole set: images; log_likelihood and elbo, means in
        nats; monte_carlo_error, of the mean over these very images; sampling_error, of the mean as an
        estimate for all images such as these.
    """
    rows = [
        {
            "set": one_set,
            "region": region,
            "images": len(part),
            "log_likelihood": part["log_likelihood"].mean(),
            "elbo": part["elbo"].mean(),
            "monte_carlo_error": float(np.sqrt((part["standard_error"] ** 2).sum()) / len(part)),
            "sampling_error": part["log_likelihood"].std(ddof=1) / np.sqrt(len(part)),
        }
        for one_set, region, part in parts(scores)
    ]
    return pd.DataFrame(rows)


def trustworthy(scores: pd.DataFrame) -> "pd.Series[bool]":
    """Which images' weights have a tail light enough for their estimate and its standard error.

    References:
        Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, section 3.2.
    """
    limit = np.minimum(1 - 1 / np.log10(scores["draws"]), 0.7)
    within: pd.Series[bool] = scores["pareto_k"] <= limit
    return within


def model_metrics(scores: pd.DataFrame) -> dict[str, float]:
    """A model's few metrics on the test set: both means in nats, both errors, and how many images to distrust."""
    rows = summary(scores[scores["set"] == "test"]).to_dict("records")
    whole = next(row for row in rows if row["region"] == WHOLE)
    metrics = {name: float(whole[name]) for name in ("log_likelihood", "elbo", "monte_carlo_error", "sampling_error")}
    return metrics | {"distrusted_percent": 100 * float(1 - trustworthy(scores).mean())}


def parts(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Every set whole, then the test set by region, each of at least two images."""
    for one_set, part in table.groupby("set", observed=True, sort=True):
        yield str(one_set), WHOLE, part
    test = table[table["set"] == "test"]
    for region, part in test.groupby("region", observed=True, sort=True):
        if len(part) > 1:
            yield "test", str(region), part
