"""Detection of dips: runs of steps on which a log likelihood lies far below its running maximum."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

Trace = Float[np.ndarray, " steps"]
"""Log likelihood at every step of training, in nats."""


@dataclass(frozen=True)
class Dip:
    """A maximal run of steps on which a trace lies more than a threshold below its running maximum.

    Attributes:
        bottom: step at which the trace is furthest below its running maximum.
        depth: distance of the bottom from the running maximum, in nats.
    """

    bottom: int
    depth: float


def find_dips(trace: Trace, threshold: float, settle: int) -> list[Dip]:
    """Find the maximal runs of steps on which a trace lies more than `threshold` below its running maximum.

    Args:
        trace: log likelihood at every step, in nats.
        threshold: in nats.
        settle: first step that can belong to a dip; a run that began earlier is cut off there.
    """
    shortfall = np.maximum.accumulate(trace) - trace
    deep = (shortfall > threshold) & (np.arange(len(trace)) >= settle)
    edges = np.diff(np.concatenate([[0], deep.astype(int), [0]]))
    found = []
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        bottom = int(start + np.argmax(shortfall[start:end]))
        found.append(Dip(bottom, float(shortfall[bottom])))
    return found


def best_steps(trace: Trace) -> Int64[np.ndarray, " steps"]:
    """Return for every step the step, up to it, at which a trace was highest; the last of several."""
    highest = trace == np.maximum.accumulate(trace)
    return np.maximum.accumulate(np.where(highest, np.arange(len(trace)), 0))


def span(trace: Trace) -> float:
    """Return the gain of a training run, from its start to its best step, in nats."""
    return float(trace.max() - trace[0])


def peak(trace: Trace, dip: Dip) -> int:
    """Return the best step before the bottom of a dip, from which its depth is measured."""
    return int(np.argmax(trace[: dip.bottom]))
