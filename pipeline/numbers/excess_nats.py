"""Minus log p(x) of test images: the entropy of the binarisation, which no model can avoid, and the excess over it."""

import numpy as np
import pandas as pd
from jaxtyping import UInt8

from pipeline.core.statistics import mean_normal
from pipeline.investigations.decompose.binarisation import binarisation_entropy


def with_entropy(scores: pd.DataFrame, grey: UInt8[np.ndarray, "all pixels"]) -> pd.DataFrame:
    """Return the scores of the test images with two more columns, which add up to -log p(x), in nats.

    `binarisation_entropy` is that of the image's coin flips, a lower bound on the mean of -log p(x) over them;
    `excess_nats` is the rest.

    Args:
        scores: of a model.
        grey: every image, by id.
    """
    test = scores[scores["subset"] == "test"]
    entropy = binarisation_entropy(grey[test["id"].to_numpy()])
    return test.assign(binarisation_entropy=entropy, excess_nats=-test["log_likelihood"] - entropy)


def excess_by_class(test: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return the means over the images of each class, with the interval of the excess.

    Args:
        test: see `with_entropy`.
        confidence: of the intervals over images.

    Returns:
        One row per class: binarisation_entropy, excess_nats, and low and high, the ends of the latter's interval.
    """
    groups = test.groupby("label", sort=True)
    ends = {label: mean_normal(part.to_numpy(), confidence) for label, part in groups["excess_nats"]}
    means = groups[["binarisation_entropy", "excess_nats"]].mean()
    return means.assign(low=[one.low for one in ends.values()], high=[one.high for one in ends.values()])
