"""Parts that panels have in common: axes with legible text, scales, rows, labels of lines."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.container import Container
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from pipeline.figures.palette import BAND, INK, MARK_CONTRAST, TEXT_CONTRAST, Mark, darkened
from pipeline.figures.style import CHARACTER, PANEL, fold, new_panel

TEXT = 9
"""Size of the smallest text in a panel, in points."""
LINE = 0.155
"""Height of a line of text, in inches."""
DECADES = 7
"""Number of ticks to either side of zero that a scale of differences may have."""
MARGIN = 1.5
"""Factor by which a logarithmic scale goes on beyond the last value."""


def new_axes(height: float) -> tuple[Figure, Axes]:
    """Return an empty panel of this height in inches, and its axes."""
    figure = new_panel(height)
    axes = figure.subplots()
    axes.tick_params(labelsize=TEXT)
    return figure, axes


def head(figure: Figure, title: str, lines: int = 1) -> None:
    """Write a title over the whole width of a panel, in as many lines as it needs, with room for at least `lines`."""
    figure.suptitle(_padded(folded(title), lines), x=0.02, ha="left", fontsize=TEXT)


def label_x(axes: Axes, label: str, lines: int = 1) -> None:
    """Label the scale of a panel of rows; the label ends with the axes, so that it may begin below the rows' labels."""
    axes.set_xlabel(_padded(folded(label), lines), loc="right", multialignment="right")


def _padded(text: str, lines: int) -> str:
    """Return a text with empty lines after it, so that it takes at least so many."""
    return text + "\n" * (lines - 1 - text.count("\n"))


def lines_of(text: str) -> int:
    """Return how many lines a title or label takes."""
    return folded(text).count("\n") + 1


def colour_of(mark: Mark) -> str:
    """Return the colour of a model's marks and lines, dark enough for a page."""
    return darkened(mark.colour, MARK_CONTRAST)


def text_colour(colour: str) -> str:
    """Return this colour, dark enough for text."""
    return darkened(colour, TEXT_CONTRAST)


def plain(value: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """Return a number with a real minus sign; without `decimals` as short as possible."""
    sign = "+" if signed else ""
    text = f"{value:{sign}g}" if decimals is None else f"{value:{sign},.{decimals}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def difference_range(low: float, high: float, linear: float = 1.0) -> tuple[float, float]:
    """Return limits for a scale of differences that is linear to either side of zero at least as far as this."""
    return MARGIN * min(-linear, low), MARGIN * max(linear, high)


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
    axes.grid(axis="x")


def draw_zero(axes: Axes) -> None:
    """Draw the vertical line of no difference."""
    axes.axvline(0, color=INK, linewidth=0.9)


def legend(figure: Figure, handles: Sequence[Artist | Container]) -> None:
    """Add a small legend below a panel, in as many columns as the labels allow."""
    figure.legend(
        handles=list(handles),
        loc="outside lower center",
        ncols=_columns([str(handle.get_label()) for handle in handles]),
        fontsize=TEXT,
        columnspacing=1.2,
        handletextpad=0.4,
        borderpad=0,
    )


def legend_height(labels: Sequence[str]) -> float:
    """Return the height in inches that `legend` takes for these labels."""
    columns = _columns(labels)
    depth = math.ceil(len(labels) / columns)
    lines = [max(label.count("\n") + 1 for label in labels[row::depth]) for row in range(depth)]
    return 0.08 + 0.03 * depth + 0.14 * sum(lines)


def _columns(labels: Sequence[str]) -> int:
    longest = max(len(line) for label in labels for line in label.splitlines())
    return max(1, min(len(labels), int(PANEL / (0.5 + CHARACTER * longest))))


def spread(places: Sequence[float], apart: float) -> list[float]:
    """Return places that keep their order and lie at least `apart` from each other, as near as possible to the wanted.

    Neighbours that would overlap share the mean of what they want, as in isotonic regression.
    """
    order = np.argsort(places, kind="stable")
    blocks: list[list[float]] = []
    for rank, index in enumerate(order):
        blocks.append([places[index] - rank * apart, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            value, size = blocks.pop()
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + value * size) / (blocks[-1][1] + size), blocks[-1][1] + size]
    flat = [value for value, size in blocks for _ in range(int(size))]
    found = [0.0] * len(places)
    for rank, index in enumerate(order):
        found[index] = flat[rank] + rank * apart
    return found


def label_ends(axes: Axes, heights: Mapping[str, float], colours: Mapping[str, str], inches: float) -> None:
    """Write the label of each line at its right end, beside the axes, with room for every label.

    Args:
        axes: with its final limits on both axes.
        heights: of the lines' ends, by label, in the units of the axis.
        colours: of the lines, by label.
        inches: height of the axes.
    """
    transform = axes.transData.transform
    bottom, top = (transform((1, end))[1] for end in axes.get_ylim())
    shares = [(transform((1, one))[1] - bottom) / (top - bottom) for one in heights.values()]
    for label, place in zip(heights, spread(shares, 1.05 * LINE / inches), strict=True):
        axes.annotate(
            label,
            (1, place),
            (4, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            fontsize=TEXT,
            color=text_colour(colours[label]),
            annotation_clip=False,
        )


def folded(label: str, share: float = 1.0) -> str:
    """Break a text into lines that fit into a share of a panel's width."""
    return fold(label, share * (PANEL - 0.3))
