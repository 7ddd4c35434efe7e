"""What an image costs: what its coin flips would cost anyone, and what this model pays above that."""

import numpy as np
import pandas as pd
from jaxtyping import UInt8

from pipeline.investigations.decompose.binarization import floor


def by_digit(scores: pd.DataFrame, grey: UInt8[np.ndarray, "all pixels"]) -> pd.DataFrame:
    """Split the mean of -log p(x) over the test images of each digit.

    Args:
        scores: of a model.
        grey: every image, by id.

    Returns:
        One row a digit: floor, the mean entropy of the binarization, and price, what is paid above it, both in
        nats; ratio, of the whole to the floor; least, median and most, of log p(x) in nats; images.
    """
    test = scores[scores["set"] == "test"]
    whole = test.assign(floor=floor(grey[test["id"].to_numpy()]))
    groups = whole.groupby("digit", sort=True)
    log_likelihood, entropy = groups["log_likelihood"], groups["floor"].mean()
    mean = log_likelihood.mean()
    return pd.DataFrame(
        {
            "floor": entropy,
            "price": -mean - entropy,
            "ratio": -mean / entropy,
            "least": log_likelihood.min(),
            "median": log_likelihood.median(),
            "most": log_likelihood.max(),
            "images": log_likelihood.size(),
        }
    )
