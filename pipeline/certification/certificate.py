"""How far the estimator can be off, by model and set."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

PAIRS = (("score", "annealing"), ("score", "quadrature"), ("annealing", "quadrature"), ("reverse", "annealing"))
"""Which methods are held against each other; the last pair is the gap of bidirectional Monte Carlo."""
FAR = 4
"""Joint standard errors beyond which two Monte Carlo estimates contradict each other."""


def certificate(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare the methods on every model's images, set by set.

    Args:
        tables: what every method says of each model's images.

    Returns:
        One row a model, set and pair of methods that both have its images: model, set, method_a,
        method_b, images; mean_difference and mean_error, of a - b and in nats; largest_difference,
        without its sign; contradictions, how many images differ by more than 4 joint errors.
    """
    rows = []
    for model, table in tables.items():
        for one_set, part in table.groupby("set", observed=True, sort=True):
            values = part.pivot_table(
                index="image", columns="method", values=["log_likelihood", "error"], observed=True
            )
            rows += [
                {"model": model, "set": one_set, "method_a": a, "method_b": b} | _difference(values, a, b)
                for a, b in PAIRS
                if {a, b} <= set(values["log_likelihood"].columns)
            ]
    return pd.DataFrame(rows)


def _difference(values: pd.DataFrame, a: str, b: str) -> dict[str, float | int]:
    difference = values["log_likelihood", a] - values["log_likelihood", b]
    error = np.hypot(values["error", a], values["error", b])
    return {
        "images": len(difference),
        "mean_difference": float(difference.mean()),
        "mean_error": float(np.sqrt((error**2).sum()) / len(error)),
        "largest_difference": float(difference.abs().max()),
        "contradictions": int((difference.abs() > FAR * error).sum()),
    }
