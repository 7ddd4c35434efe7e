"""Minus log p(x) by class: the entropy of the binarisation, which no model can avoid, and the excess over it."""

import numpy as np
import pandas as pd
from jaxtyping import UInt8

from pipeline.investigations.decompose.binarization import binarization_entropy


def excess_nats(scores: pd.DataFrame, grey: UInt8[np.ndarray, "all pixels"]) -> pd.DataFrame:
    """Split the mean of -log p(x) over the test images of each class.

    Args:
        scores: of a model.
        grey: every image, by id.

    Returns:
        One row per class: binarization_entropy, its mean, and excess_nats, the rest of the mean of -log p(x), both in
        nats; ratio, of the mean of -log p(x) to the entropy; least, median and most, of log p(x) in nats; images.
    """
    test = scores[scores["subset"] == "test"]
    whole = test.assign(entropy=binarization_entropy(grey[test["id"].to_numpy()]))
    groups = whole.groupby("label", sort=True)
    log_likelihood = groups["log_likelihood"]
    mean = log_likelihood.mean()
    entropy = groups["entropy"].mean()
    return pd.DataFrame(
        {
            "binarization_entropy": entropy,
            "excess_nats": -mean - entropy,
            "ratio": -mean / entropy,
            "least": log_likelihood.min(),
            "median": log_likelihood.median(),
            "most": log_likelihood.max(),
            "images": log_likelihood.size(),
        }
    )
