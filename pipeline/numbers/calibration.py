"""Whether a classifier is right as often as it says."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

BINS = 15
"""Of equal width, over the confidences from 0 to 1."""


def wilson(right: int, images: int, confidence: float) -> tuple[float, float]:
    """Interval of a share, here of images classified right.

    References:
        Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    found = binomtest(right, images).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def reliability(verdicts: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Share of images classified right among those of about the same confidence.

    Args:
        verdicts: columns confidence and correct, one row an image.
        confidence: of the intervals.

    Returns:
        One row a bin that holds an image, by ascending confidence: images; confidence, its mean;
        accuracy, with its Wilson interval from low to high.
    """
    place = np.clip(np.ceil(verdicts["confidence"] * BINS).astype(int), 1, BINS)
    rows = []
    for _, part in verdicts.groupby(place, sort=True):
        low, high = wilson(int(part["correct"].sum()), len(part), confidence)
        row = {"images": len(part), "confidence": part["confidence"].mean(), "accuracy": part["correct"].mean()}
        rows.append(row | {"low": low, "high": high})
    return pd.DataFrame(rows)


def calibration_error(bins: pd.DataFrame) -> float:
    """Expected calibration error: mean over images of |accuracy - confidence| of the image's bin.

    Biased up where bins hold few images.

    Args:
        bins: what `reliability` returned.

    References:
        Guo, Pleiss, Sun and Weinberger (2017), On Calibration of Modern Neural Networks, section 2.
    """
    return float(np.average((bins["accuracy"] - bins["confidence"]).abs(), weights=bins["images"]))
