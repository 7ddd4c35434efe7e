"""Choices between wordings whose truth depends on the data."""

from collections.abc import Mapping
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


def axis_name(correlations: Mapping[str, float]) -> str | None:
    """Return the trait that a principal component may be named by, or None.

    It is the one with the largest correlation, of either sign, if that is above one half.

    Args:
        correlations: of the component with each trait, by the trait's name.
    """
    name = max(correlations, key=lambda trait: abs(correlations[trait]))
    return name if abs(correlations[name]) > 0.5 else None
