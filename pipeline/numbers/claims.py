"""Choices between wordings whose truth depends on the data."""

from typing import TypeVar

Wording = TypeVar("Wording")


def by_sign(low: float, high: float, above: Wording, below: Wording, between: Wording) -> Wording:
    """Return the wording that a confidence interval supports.

    Args:
        low: lower end of the interval.
        high: upper end of the interval.
        above: the wording if the whole interval is positive.
        below: the wording if the whole interval is negative.
        between: the wording if the interval contains zero, so that the sign is unknown.
    """
    if low > 0:
        return above
    return below if high < 0 else between


def axis_name(correlation: float, ink: str) -> str:
    """Return a description of a principal component: an axis of the mean grey level, or not.

    Args:
        correlation: between the component and the mean grey level.
        ink: what the mean grey level is called.
    """
    return f"an axis of {ink}" if abs(correlation) > 0.5 else f"not an axis of {ink}"
