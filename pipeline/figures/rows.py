"""Rows of values with their intervals, and scales of differences."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from pipeline.figures.palette import BAND, INK
from pipeline.figures.panels import folded, lines_of
from pipeline.figures.style import plain

DECADES = 7
"""Number of ticks to either side of zero that a scale of differences may have."""
MARGIN = 1.5
"""Factor by which a logarithmic scale goes on beyond the last value."""


def label_x(axes: Axes, label: str, lines: int = 1) -> None:
    """Label the scale of a panel of rows; the label ends with the axes, so that it may begin below the rows' labels.

    Args:
        axes: of the panel.
        label: folded to the width of the panel.
        lines: that it takes at least, so that axes of panels side by side are at one height.
    """
    axes.set_xlabel(folded(label) + "\n" * (lines - lines_of(label)), loc="right", multialignment="right")


def difference_range(low: float, high: float) -> tuple[float, float]:
    """Return limits for a scale of differences that is linear up to a nat to either side of zero."""
    return MARGIN * min(-1.0, low), MARGIN * max(1.0, high)


def scale_differences(
    axes: Axes, limits: tuple[float, float], which: str = "x", linear: float = 1.0, linscale: float = 0.7
) -> None:
    """Make the scale of differences linear near zero and logarithmic beyond, with a tick for every factor of ten.

    Args:
        axes: whose scale is set.
        limits: see `difference_range`.
        which: `x` or `y`.
        linear: nats up to which the scale is linear.
        linscale: length of the linear part to either side of zero, where a factor of ten has length one.
    """
    low, high = limits
    options = {"linthresh": linear, "linscale": linscale}
    if which == "x":
        axes.set_xscale("symlog", **options)
        axes.set_xlim(low, high)
    else:
        axes.set_yscale("symlog", **options)
        axes.set_ylim(low, high)
    axis = axes.xaxis if which == "x" else axes.yaxis
    steps = [linear * 10**power for power in range(DECADES)]
    ticks = [sign * step for sign, end in ((-1, -low), (1, high)) for step in steps if step <= end]
    axis.set_major_locator(FixedLocator(sorted([*ticks, 0])))
    axis.set_major_formatter(lambda value, _: plain(value))
    axis.set_minor_locator(NullLocator())


def draw_rows(axes: Axes, labels: Sequence[str], pitch: float = 1) -> None:
    """Label rows that are `pitch` high, the first on top, every other one on a grey band."""
    for row in range(0, len(labels), 2):
        axes.axhspan((row - 0.5) * pitch, (row + 0.5) * pitch, color=BAND, linewidth=0)
    axes.set_yticks([row * pitch for row in range(len(labels))], labels)
    axes.set_ylim((len(labels) - 0.5) * pitch, -0.5 * pitch)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def draw_intervals(
    axes: Axes, rows: Any, values: Any, low: Any, high: Any, colour: str = INK, *, width: float = 1.3, **look: Any
) -> None:
    """Draw a dot per value, with its interval.

    Args:
        axes: of the rows.
        rows: height of each value.
        values: one per row.
        low: lower end of the interval of each value.
        high: upper end.
        colour: of dots and intervals.
        width: of an interval, in points.
        look: properties of the dots, in place of the usual ones.
    """
    axes.hlines(rows, low, high, color=colour, linewidth=width)
    (dots,) = axes.plot(np.atleast_1d(values), np.atleast_1d(rows), "o", color=colour, markersize=4.5)
    dots.set(**look)


def draw_zero(axes: Axes) -> None:
    """Draw the vertical line of no difference."""
    axes.axvline(0, color=INK, linewidth=0.9)
