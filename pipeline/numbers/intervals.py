"""Intervals of means over images."""

from statistics import NormalDist

import numpy as np
import pandas as pd


def normal_interval(values: "pd.Series[float]", confidence: float) -> tuple[float, float]:
    """Interval of the mean of independent values, by the central limit theorem."""
    half = NormalDist().inv_cdf((1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def mean_and_interval(key: str, values: "pd.Series[float]", confidence: float) -> dict[str, float]:
    """The mean under `key`, and its interval under `key`_low and `key`_high."""
    low, high = normal_interval(values, confidence)
    return {key: float(values.mean()), f"{key}_low": low, f"{key}_high": high}
