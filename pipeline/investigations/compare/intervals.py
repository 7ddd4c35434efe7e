"""Intervals for the difference of two means and for a standard deviation."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.stats import chi2, t

Values = Float[np.ndarray, " n"]


class Interval(NamedTuple):
    """A value and the ends of its confidence interval."""

    value: float
    low: float
    high: float


def welch(a: Values, b: Values, confidence: float) -> Interval:
    """Mean of a less mean of b, whose variances may differ.

    Student's t with the degrees of freedom (u + v)^2 / (u^2 / (n_a - 1) + v^2 / (n_b - 1)), where u and v are
    the squared standard errors of the two means; each has at least two values.

    References:
        Welch (1947), The generalization of Student's problem, Biometrika 34, 28-35.
    """
    u, v = a.var(ddof=1) / len(a), b.var(ddof=1) / len(b)
    spread = u**2 / (len(a) - 1) + v**2 / (len(b) - 1)
    degrees = (u + v) ** 2 / spread if spread > 0 else 1.0
    return _around(a.mean() - b.mean(), np.sqrt(u + v), degrees, confidence)


def student(a: Values, b: Values, confidence: float) -> Interval:
    """Mean of a less mean of b, whose variances are taken to be one; one of them may have a single value."""
    degrees = len(a) + len(b) - 2
    squares = ((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()
    error = np.sqrt(squares / degrees * (1 / len(a) + 1 / len(b)))
    return _around(a.mean() - b.mean(), error, degrees, confidence)


def mean(values: Values, confidence: float) -> Interval:
    """The mean of values, with Student's interval."""
    return _around(values.mean(), values.std(ddof=1) / np.sqrt(len(values)), len(values) - 1, confidence)


def deviation(values: Values, confidence: float) -> Interval:
    """The standard deviation of normal values, with its chi-square interval."""
    found, degrees = values.std(ddof=1), len(values) - 1
    upper, lower = (chi2.ppf(level, degrees) for level in ((1 + confidence) / 2, (1 - confidence) / 2))
    return Interval(float(found), float(found * np.sqrt(degrees / upper)), float(found * np.sqrt(degrees / lower)))


def _around(centre: float, error: float, degrees: float, confidence: float) -> Interval:
    half = t.ppf((1 + confidence) / 2, degrees) * error
    return Interval(float(centre), float(centre - half), float(centre + half))
