"""Sentences whose wording follows the data: the sign of an interval decides which is printed."""

from pipeline.rendering.markup import Markup


def by_sign(low: float, high: float, above: str, below: str, between: str) -> Markup:
    """The wording that an interval supports.

    Args:
        low: lower end.
        high: upper end.
        above: what is said where the whole interval is positive.
        below: where it is negative.
        between: where it holds zero, and the data say neither.
    """
    if low > 0:
        return Markup(above)
    return Markup(below if high < 0 else between)


def axis_name(correlation: float, ink: Markup) -> Markup:
    """What a principal component is called: by the mean grey level only where it is one of that.

    Args:
        correlation: of the component with the mean grey level.
        ink: what that is called.
    """
    if abs(correlation) > 0.5:
        return Markup(f"an axis of {ink}")
    return Markup(f"no axis of {ink}")
