"""Dips counted up to the same log likelihood, so that a variant is not praised for learning less."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from pipeline.investigations.regress.dips import find_dips


@dataclass(frozen=True)
class Interval:
    """A mean over seeds with Student's t interval."""

    mean: float
    low: float
    high: float


def common_level(trace: np.ndarray, other: np.ndarray) -> float:
    """The highest log likelihood that both traces reach: the lower of their best."""
    return float(min(trace.max(), other.max()))


def reached(trace: np.ndarray, level: float) -> int:
    """The first step at which a trace is at or above a level that it reaches."""
    return int(np.argmax(trace >= level))


def dips_until(trace: np.ndarray, level: float, threshold: float, settle: int) -> tuple[int, float]:
    """How many dips a trace has before it first reaches a level, and the deepest's depth in nats, zero without one."""
    found = find_dips(trace[: reached(trace, level) + 1], threshold, settle)
    return len(found), max((dip.depth for dip in found), default=0.0)


def matched(one: np.ndarray, other: np.ndarray, threshold: float, settle: int) -> dict[str, float]:
    """Dips of two traces, each counted until both hold their common level.

    Returns:
        The level (nats), then steps to it, dips and deepest (nats) of the first, and with `_other` of the second.
    """
    level = common_level(one, other)
    found: dict[str, float] = {"level": level}
    for trace, suffix in ((one, ""), (other, "_other")):
        dips, deepest = dips_until(trace, level, threshold, settle)
        found |= {f"steps{suffix}": reached(trace, level), f"dips{suffix}": dips, f"deepest{suffix}": deepest}
    return found


def interval(values: np.ndarray, confidence: float) -> Interval:
    """The mean of independent values, and Student's t interval of what it estimates."""
    values = np.asarray(values, np.float64)
    half = student.ppf((1 + confidence) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return Interval(float(values.mean()), float(values.mean() - half), float(values.mean() + half))
