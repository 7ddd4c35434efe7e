"""Two methods held against each other, image by image."""

import numpy as np
import pandas as pd

FAR = 4
"""Joint standard errors beyond which two estimates contradict each other."""


def side_by_side(table: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """What method a says of each image less what method b says.

    Args:
        table: rows of one model's images and methods.
        a: a method.
        b: another.

    Returns:
        One row an image that both have, in the order of a: image, set; difference a - b and its
        error, that of both together, in nats; contradiction, whether it is more than 4 such errors.
    """
    first, second = (table[table["method"] == one] for one in (a, b))
    both = first.merge(second, on=["image", "set"], suffixes=("_a", "_b"))
    difference = both["log_likelihood_a"] - both["log_likelihood_b"]
    error = np.hypot(both["error_a"], both["error_b"])
    return both[["image", "set"]].assign(
        difference=difference, error=error, contradiction=difference.abs() > FAR * error
    )
