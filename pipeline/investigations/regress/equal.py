"""Comparison of the dips of two training runs up to the same log likelihood.

A run that learns less also dips less, so that dips are counted only until both runs reach a common log likelihood.
"""

import numpy as np
from jaxtyping import Float

from pipeline.investigations.regress.dips import Trace, find_dips


def common_level(trace: Trace, other: Float[np.ndarray, " other_steps"]) -> float:
    """Return the highest log likelihood that both traces reach: the smaller of their maxima."""
    return float(min(trace.max(), other.max()))


def first_step_at(trace: Trace, level: float) -> int:
    """Return the first step at which a trace is at or above a level, which it must reach."""
    return int((trace >= level).argmax())


def dips_until(trace: Trace, level: float, threshold: float, settle: int) -> tuple[int, float]:
    """Count the dips of a trace before it first reaches a level.

    Args:
        trace: log likelihood in nats at every step.
        level: in nats, which the trace must reach.
        threshold: nats below the running best that make a dip.
        settle: steps before dips are counted.

    Returns:
        The number of dips, and the depth of the deepest in nats, which is zero without a dip.
    """
    found = find_dips(trace[: first_step_at(trace, level) + 1], threshold, settle)
    return len(found), max((dip.depth for dip in found), default=0.0)


def compare_dips(
    trace: Trace, other: Float[np.ndarray, " other_steps"], threshold: float, settle: int
) -> dict[str, float]:
    """Count the dips of two traces, each until it reaches their common level.

    Returns:
        `level`, the common level in nats; `steps` to it, number of `dips` and depth of the `deepest` in nats, of the
        first trace, and with the suffix `_other` of the second.
    """
    level = common_level(trace, other)
    found: dict[str, float] = {"level": level}
    for own, suffix in ((trace, ""), (other, "_other")):
        dips, deepest = dips_until(own, level, threshold, settle)
        found |= {f"steps{suffix}": first_step_at(own, level), f"dips{suffix}": dips, f"deepest{suffix}": deepest}
    return found
