"""Log likelihood, bound, active units and overfitting against the number of latent dimensions."""

import math
from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter

from pipeline.figures.contrast import TEXT_CONTRAST, legible
from pipeline.figures.palette import COLOURS, FAINT, INK
from pipeline.figures.panels import TEXT, lines_of, panel_axes, panels_of
from pipeline.figures.rows import difference_range, scale_differences
from pipeline.figures.style import house_style
from pipeline.figures.training_runs import IMAGES, RUNS, STRATA
from pipeline.investigations.compare.tables import FIT

LINES = {"log_likelihood": ("log likelihood", INK, "o"), "elbo": ("evidence lower bound", COLOURS[1], "s")}
"""Label, colour and marker of each quantity."""
WIDTHS = {"images": IMAGES, "single-run": RUNS, "runs": RUNS}
"""Width of an interval over each of these, in points."""
DODGE = 1.05
"""Factor by which the points of the two quantities stand to either side of their latent dimension."""
HEIGHT, PLOT_WIDTH = 2.3, 2.7
"""Height of a panel, and the approximate width of its axes, in inches."""
ROOM = 1.3
"""Factor by which the scale of latent dimensions goes on beyond the first and the last."""
TICK_WIDTH = 0.22
"""Width that the label of a tick takes with the space beside it, in inches."""


@house_style()
def dimensions(table: pd.DataFrame, middle: str) -> list[Figure]:
    """Draw differences from the middle model by place, active units and overfitting against the latent dimension.

    Args:
        table: see `DIMENSIONS`.
        middle: label of the middle model.

    Returns:
        A panel per place, all on one scale; and one each of active units and overfitting, if they were measured.
    """
    compared = table[table["quantity"].isin(list(LINES)) & (table["stratum"] != FIT)]
    limits = difference_range(compared["difference_low"].min(), compared["difference_high"].max())

    def draw_place(axes: Axes, rows: pd.DataFrame) -> None:
        _draw_both(axes, rows, ("difference", "difference_low", "difference_high"), rows["over"])
        scale_differences(axes, limits, "y")

    draw: dict[str, tuple[pd.DataFrame, str, Callable[[Axes, pd.DataFrame], None]]] = {
        f"{title}: difference from {middle}": (compared[compared["stratum"] == place], "nats per image", draw_place)
        for place, title in STRATA.items()
    }
    draw["active units"] = table[table["quantity"] == "active"], "units in use", _draw_active
    draw["train minus validation"] = table[table["stratum"] == FIT], "nats per image", _draw_levels
    sizes = sorted(set(table["latent_dim"]))
    fixed = compared["difference_low"].eq(0) & compared["difference_high"].eq(0)
    base = int(compared.loc[fixed, "latent_dim"].min()) if fixed.any() else sizes[0]
    lines = max(map(lines_of, draw))
    panels: list[Axes] = []
    for title, (rows, unit, draw_panel) in draw.items():
        if len(rows):
            axes = panel_axes(HEIGHT, title=title, xlabel="latent dimensions", ylabel=unit, lines=lines)
            draw_panel(axes, rows)
            scale_sizes(axes, sizes, base, PLOT_WIDTH)
            panels.append(axes)
    _label_lines(panels[0])
    return panels_of(*panels)


def scale_sizes(axes: Axes, sizes: Sequence[int], base: int, inches: float) -> None:
    """Make the scale of latent dimensions logarithmic, with a tick at every size and labels where there is room.

    Args:
        axes: whose scale is set.
        sizes: in ascending order.
        base: the size from which differences are taken; it has a label in any case.
        inches: width of the axes.
    """
    axes.set_xscale("log", base=2)
    axes.set_xlim(sizes[0] / ROOM, sizes[-1] * ROOM)
    low, high = (math.log2(end) for end in axes.get_xlim())
    labelled = _labelled(sizes, base, 2 ** (TICK_WIDTH * (high - low) / inches))
    axes.xaxis.set_major_locator(FixedLocator(labelled))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.xaxis.set_minor_locator(FixedLocator([size for size in sizes if size not in labelled]))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", length=3.5, width=0.8)


def _labelled(sizes: Sequence[int], base: int, ratio: float) -> list[int]:
    """Return the sizes that get labels: the base, both ends, and then all that are far enough from those."""
    found: list[int] = []
    for size in dict.fromkeys([*(one for one in sizes if one == base), sizes[0], sizes[-1], *sizes]):
        if all(max(size, other) >= ratio * min(size, other) for other in found):
            found.append(size)
    return sorted(found)


def _draw_levels(axes: Axes, rows: pd.DataFrame) -> None:
    _draw_both(axes, rows, ("value", "low", "high"), (rows["runs"] > 1).map({True: "runs", False: "images"}))


def _draw_both(axes: Axes, rows: pd.DataFrame, columns: tuple[str, str, str], over: "pd.Series[str]") -> None:
    """Draw log likelihood and bound, with their intervals, whose width says what they are over."""
    axes.axhline(0, color=INK, linewidth=0.9)
    for side, (quantity, (_, colour, marker)) in zip((1 / DODGE, DODGE), LINES.items(), strict=True):
        own = rows[rows["quantity"] == quantity].sort_values("latent_dim")
        value, low, high = (own[column] for column in columns)
        x = side * own["latent_dim"]
        axes.plot(x, value, marker, linestyle="-", color=colour, linewidth=0.8, markersize=4)
        axes.vlines(x, low, high, color=colour, linewidth=[WIDTHS[one] for one in over[own.index]])


def _draw_active(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the number of active units below the line of all units."""
    own = rows.sort_values("latent_dim")
    every = own["latent_dim"]
    end = every.iloc[-1]
    axes.plot(every, every, color=FAINT, linewidth=0.9, linestyle="--")
    axes.annotate("all units", (end, end), (-6, 0), textcoords="offset points", ha="right", va="center", fontsize=TEXT)
    axes.plot(every, own["value"], "o-", color=INK, linewidth=0.8, markersize=4)
    axes.set_ylim(0, 1.08 * end)


def _label_lines(axes: Axes) -> None:
    """Label the two lines on the side of each where a curve that rises leaves room."""
    for quantity, (x, y, side) in {"log_likelihood": (0.03, 0.9, "left"), "elbo": (0.97, 0.12, "right")}.items():
        label, colour, _ = LINES[quantity]
        axes.text(x, y, label, color=legible(colour, TEXT_CONTRAST), ha=side, va="center", transform=axes.transAxes)
