"""Comparison of two methods, image by image."""

import numpy as np
import pandas as pd

JOINT_ERRORS = 4
"""Joint standard errors beyond which two estimates contradict each other."""


def compare_methods(table: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """Subtract the estimates of method b from those of method a.

    Args:
        table: one model's estimates, one row per image and method; see `CERTIFIED`.
        a: a method.
        b: another method.

    Returns:
        One row per image that both methods have, in the order of a: id, subset; difference a - b and error, the
        joint standard error sqrt(error_a^2 + error_b^2), in nats; contradiction, true where the difference is larger
        than `JOINT_ERRORS` such errors.
    """
    first, second = (table[table["method"] == method] for method in (a, b))
    both = first.merge(second, on=["id", "subset"], suffixes=("_a", "_b"))
    difference = both["log_likelihood_a"] - both["log_likelihood_b"]
    error = np.hypot(both["error_a"], both["error_b"])
    return both[["id", "subset"]].assign(
        difference=difference, error=error, contradiction=difference.abs() > JOINT_ERRORS * error
    )
