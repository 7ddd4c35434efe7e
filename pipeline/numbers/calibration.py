"""Calibration of a classifier: its accuracy among images that it predicts with about the same confidence."""

import numpy as np
import pandas as pd

from pipeline.core.statistics import share_wilson

BINS = 15
"""Bins of equal width over the confidences from 0 to 1."""


def reliability(predictions: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Compute the accuracy of a classifier in each bin of its confidence.

    Args:
        predictions: columns confidence and correct, one row per image; see `bayes.predict`.
        confidence: of the intervals.

    Returns:
        One row per bin that holds an image, by ascending confidence: images; confidence, its mean in the bin;
        accuracy, with its Wilson interval from low to high.
    """
    place = np.clip(np.ceil(predictions["confidence"] * BINS).astype(int), 1, BINS)
    rows = []
    for _, part in predictions.groupby(place, sort=True):
        accuracy = share_wilson(int(part["correct"].sum()), len(part), confidence)
        row = {"images": len(part), "confidence": part["confidence"].mean(), "accuracy": accuracy.value}
        rows.append(row | {"low": accuracy.low, "high": accuracy.high})
    return pd.DataFrame(rows)


def calibration_error(bins: pd.DataFrame) -> float:
    """Return the expected calibration error: the mean over images of |accuracy - confidence| of the image's bin.

    Biased up where bins hold few images.

    Args:
        bins: what `reliability` returned.

    References:
        Guo, Pleiss, Sun and Weinberger (2017), On Calibration of Modern Neural Networks, section 2.
    """
    return float(np.average((bins["accuracy"] - bins["confidence"]).abs(), weights=bins["images"]))
