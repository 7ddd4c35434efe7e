"""Axes that fill a panel, with names beside the ends of lines, small legends and logarithmic scales."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.container import Container
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator
from matplotlib.transforms import ScaledTranslation
from scipy.optimize import isotonic_regression

from pipeline.figures.contrast import TEXT_CONTRAST, legible
from pipeline.figures.palette import Mark
from pipeline.figures.style import CHARACTER, PANEL, fold, new_panel, plain

TEXT = 9.0
"""Size of every text in a panel, in points: on a phone, which shows a panel at its own size, 12 pixels."""

LINE = 0.155
"""Height of a line of text in inches."""

WORDS = PANEL - 0.3
"""Width of a title, in inches."""

NAME = 1.05
"""Width of the names beside lines, in inches."""

LEADER = 0.13
"""Length of the stroke between the edge of the axes and a name, in inches."""

HANDLE = 0.5
"""Width in inches of what stands beside a label in a legend."""

FRAME = 0.75
"""Height in inches of what lies above and below the axes of a panel: its title, ticks and label."""

FEW_DECADES = 1.7
"""A logarithmic scale of at most so many powers of ten has ticks at 2 and 5 times each of them too."""


class End(NamedTuple):
    """The end of a line, in the coordinates of the data, with the line's name and colour."""

    x: float
    y: float
    name: str
    colour: str


def panel_axes(height: float, *, title: str = "", xlabel: str = "", ylabel: str = "", lines: int = 1) -> Axes:
    """Return axes that fill a panel of their own, whose texts are all of the same size.

    Args:
        height: of the panel, in inches, if its title takes one line; each further line makes it higher.
        title: over the whole width of the panel, and folded to it.
        xlabel: folded likewise.
        ylabel: folded to the height of the panel.
        lines: that the title takes at least, so that axes of panels side by side are at one height.
    """
    words = folded(title)
    words += "\n" * (lines - lines_of(title)) if title else ""
    figure = new_panel(height + LINE * words.count("\n"))
    if title:
        figure.suptitle(words, x=0.02, horizontalalignment="left", fontsize=TEXT)
    axes = figure.subplots()
    axes.set(xlabel=fold(xlabel, PANEL - 0.7), ylabel=fold(ylabel, height - 0.6))
    axes.tick_params(which="both", labelsize=TEXT)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_offset_text().set_fontsize(TEXT)
    axes.grid()
    return axes


def figure_of(axes: Axes) -> Figure:
    """Return the panel that the axes fill."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


def panels_of(*axes: Axes) -> list[Figure]:
    """Return the panels that the axes fill."""
    return [figure_of(one) for one in axes]


def folded(text: str, share: float = 1.0) -> str:
    """Break a text into lines that fit into a share of a title's width."""
    return fold(text, share * WORDS)


def lines_of(text: str) -> int:
    """Return how many lines a title takes."""
    return folded(text).count("\n") + 1


def line_ends(axes: Axes, place: int = -1) -> list[End]:
    """Return the last point, or another, of each line that has a name and points."""
    found = []
    for line in axes.get_lines():
        points, name = np.asarray(line.get_xydata()), str(line.get_label())
        if len(points) and not name.startswith("_"):
            x, y = points[place].tolist()
            found.append(End(x, y, name, to_hex(line.get_color())))
    return found


def height_for(names: Sequence[str], least: float = 2.7) -> float:
    """Return the height of a panel, in inches, in which all names find room beside the axes."""
    return max(least, FRAME + sum(map(_height, names)))


def name_lines(axes: Axes, ends: Sequence[End], *, left: bool = False) -> None:
    """Write the name of each line beside the axes, at the height of its end or as near as the others allow.

    Args:
        axes: already have their limits.
        ends: of the lines.
        left: write to the left of the axes, whose ticks move to the right, and not to the right.
    """
    if left:
        axes.yaxis.tick_right()
        axes.yaxis.set_label_position("right")
        axes.spines[["left", "right"]].set_visible(False)
    if not ends:
        return
    figure = figure_of(axes)
    figure.draw_without_rendering()
    high = axes.get_window_extent().height / figure.dpi
    order = sorted(ends, key=lambda end: end.y)
    points = axes.transData.transform([(end.x, end.y) for end in order])
    wanted = axes.transAxes.inverted().transform(points)[:, 1] * high
    beside = axes.transAxes + ScaledTranslation(-LEADER if left else LEADER, 0, figure.dpi_scale_trans)
    centres = spread(wanted, np.array([_height(end.name) for end in order]), high)
    for end, centre in zip(order, centres, strict=True):
        axes.annotate(
            _folded_name(end.name),
            (end.x, end.y),
            xytext=(0 if left else 1, centre / high),
            textcoords=beside,
            color=legible(end.colour, TEXT_CONTRAST),
            fontsize=TEXT,
            horizontalalignment="right" if left else "left",
            verticalalignment="center",
            linespacing=1.05,
            arrowprops={
                "arrowstyle": "-",
                "color": legible(end.colour),
                "linewidth": 0.8,
                "linestyle": ":",
                "shrinkA": 1,
                "shrinkB": 1,
                "relpos": (1 if left else 0, 0.5),
            },
            annotation_clip=False,
        )


def spread(wanted: Float[np.ndarray, " n"], sizes: Float[np.ndarray, " n"], room: float) -> Float[np.ndarray, " n"]:
    """Move intervals apart as little as possible in the sum of squares, and into the room from 0 to `room`.

    With c_i the distance that the intervals between the first and the i-th take up, centres may be as near as p_i - c_i
    is not decreasing; so the least squares solution is an isotonic regression.

    Args:
        wanted: centres, in increasing order.
        sizes: lengths of the intervals.
        room: at least the sum of the sizes; where it is less, the intervals reach beyond its end.
    """
    taken = np.concatenate([[0.0], np.cumsum((sizes[1:] + sizes[:-1]) / 2)])
    first = sizes[0] / 2
    last = max(first, room - sizes[-1] / 2 - taken[-1])
    found: Float[np.ndarray, " n"] = np.clip(isotonic_regression(wanted - taken).x, first, last) + taken
    return found


def key(mark: Mark, **look: Any) -> Line2D:
    """Return what stands for a model in a legend: its marker on a line, in its colour.

    Args:
        mark: of the model.
        look: properties of the line, in place of the usual ones.
    """
    line = Line2D([], [], color=mark.colour, marker=mark.marker, label=mark.label, markersize=4.5, linewidth=1.2)
    line.set(**look)
    return line


def add_legend(axes: Axes, handles: Sequence[Artist | Container]) -> None:
    """Add a legend below the axes of a panel, which grows by the legend's height.

    Args:
        axes: fill the panel.
        handles: with labels, which are folded to the width of the panel.
    """
    figure = figure_of(axes)
    for handle in handles:
        handle.set_label(fold(str(handle.get_label()), PANEL - HANDLE))
    labels = [str(handle.get_label()) for handle in handles]
    longest = max(len(line) for label in labels for line in label.splitlines())
    columns = max(1, min(int(PANEL / (HANDLE + CHARACTER * longest)), len(handles)))
    rows = -(-len(handles) // columns)
    lines = sorted((len(label.splitlines()) for label in labels), reverse=True)
    figure.set_figheight(figure.get_figheight() + LINE * 1.2 * sum(lines[:rows]) + 0.1)
    figure.legend(
        handles=list(handles),
        loc="outside lower center",
        ncols=columns,
        fontsize=TEXT,
        handlelength=1.6,
        columnspacing=1.0,
        borderpad=0.1,
    )


def share_limits(row: Sequence[Axes]) -> None:
    """Give axes of different panels the same limits, those that contain all of their own."""
    if not row:
        return
    x, y = (np.array([limits(axes) for axes in row]) for limits in (Axes.get_xlim, Axes.get_ylim))
    for axes in row:
        axes.set_xlim(x[:, 0].min(), x[:, 1].max())
        axes.set_ylim(y[:, 0].min(), y[:, 1].max())


def limit_y(axes: Axes, low: float, high: float) -> None:
    """Let the vertical scale go from one value to another, with a margin."""
    margin = 0.04 * (high - low) + 1e-3
    axes.set_ylim(low - margin, high + margin)


def scale_logarithmic(axes: Axes, which: Literal["x", "y"], base: int = 10) -> None:
    """Make a scale logarithmic, with numbers written out and without small ticks.

    Args:
        axes: with all that is drawn on them, and their limits.
        which: of the scales.
        base: whose powers have ticks.
    """
    axis = axes.xaxis if which == "x" else axes.yaxis
    axes.set(**{f"{which}scale": "log"})
    axes.minorticks_off()
    low, high = axes.get_xlim() if which == "x" else axes.get_ylim()
    few = base == 10 and np.log10(high / low) <= FEW_DECADES
    axis.set_major_locator(LogLocator(base, subs=(1, 2, 5) if few else (1,), numticks=6))
    axis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1000 else plain(value))


def _height(name: str) -> float:
    return LINE * len(_folded_name(name).splitlines()) + 0.03


def _folded_name(name: str) -> str:
    """Fold the name of a line, but not within an equation."""
    return fold(name.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"), NAME)
