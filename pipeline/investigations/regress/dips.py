"""What a dip is: a stretch on which a log likelihood lies far below the best that it has been."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Dip:
    """One excursion of a trace below its running best.

    Attributes:
        start: first step further below the running best than the threshold.
        bottom: step at which it is furthest below.
        duration: steps until it is no longer further below than the threshold, or the trace ends.
        depth: of the bottom below the running best, in nats.
    """

    start: int
    bottom: int
    duration: int
    depth: float

    @property
    def end(self) -> int:
        """The first step after the dip."""
        return self.start + self.duration


def find_dips(trace: np.ndarray, threshold: float, settle: int) -> list[Dip]:
    """The maximal runs of steps on which a trace lies more than `threshold` below its running best.

    Args:
        trace: log likelihood at every step, in nats.
        threshold: nats.
        settle: the first step at which a dip may start; what is deep before it has no part in one.
    """
    shortfall = np.maximum.accumulate(trace) - trace
    deep = (shortfall > threshold) & (np.arange(len(trace)) >= settle)
    edges = np.diff(np.concatenate([[0], deep.astype(int), [0]]))
    found = []
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        bottom = int(start + np.argmax(shortfall[start:end]))
        found.append(Dip(int(start), bottom, int(end - start), float(shortfall[bottom])))
    return found


def span(trace: np.ndarray) -> float:
    """The range of a trace: what training gained, from the start to the best step, in nats."""
    return float(trace.max() - trace[0])


def brink(trace: np.ndarray, dip: Dip) -> int:
    """The step from which a dip is measured: the best before its bottom."""
    return int(np.argmax(trace[: dip.bottom]))
