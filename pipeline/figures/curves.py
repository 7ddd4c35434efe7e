"""Log likelihood, bound, active units and overfitting against the number of latent dimensions."""

import math
from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from pipeline.figures.dimensions import STRATA
from pipeline.figures.palette import COLOURS, FAINT, INK
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.investigations.compare.tables import FIT

LINES = {"log_likelihood": ("log likelihood", INK, "o"), "elbo": ("evidence lower bound", COLOURS[1], "s")}
"""Label, colour and marker of each quantity."""
WIDTHS = {"images": (2.6, "interval over images, these weights"), "runs": (0.9, "interval over training runs")}
DODGE = 1.05
"""Factor by which the points of the two quantities stand to either side of their latent dimension."""
STEPS = (1, 10, 100, 1000)
"""Nats at which differences have ticks; up to the first one the scale is linear, then logarithmic."""


@house_style()
def dimension_curves(dimensions: pd.DataFrame, middle: str) -> Figure:
    """Draw differences from the middle model by place, active units and overfitting against the latent dimension.

    Args:
        dimensions: see `DIMENSIONS`.
        middle: label of the middle model.
    """
    draw: dict[str, Callable[[Axes, pd.DataFrame], None]] = {
        STRATA[place]: _draw_differences for place in STRATA if place in set(dimensions["stratum"])
    }
    rows = {title: dimensions[dimensions["stratum"] == place] for place, title in STRATA.items()}
    rows["active units"] = dimensions[dimensions["quantity"] == "active"]
    rows["train minus validation"] = dimensions[dimensions["stratum"] == FIT]
    draw |= {"active units": _draw_active, "train minus validation": _draw_levels}
    shown = [title for title in draw if len(rows[title])]
    lines = math.ceil(len(shown) / 2)
    figure, sizes = new_figure(0.6 + 1.5 * lines), sorted(set(dimensions["latent_dim"]))
    panels = figure.subplots(lines, 2, squeeze=False).flat
    for axes, title in zip(panels, shown, strict=False):
        draw[title](axes, rows[title])
        axes.set_title(title)
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(_apart(sizes)))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlim(sizes[0] / 1.15, sizes[-1] * 1.15)
        axes.grid()
    for axes in panels:
        axes.set_axis_off()
    compared = [axes for axes, title in zip(figure.axes, shown, strict=False) if draw[title] is _draw_differences]
    _scale(compared, dimensions[dimensions["quantity"].isin(list(LINES)) & (dimensions["stratum"] != FIT)])
    for axes in compared[::2]:
        axes.set_ylabel(fold(f"minus {middle} (nats)", 1.1))
    for axes in figure.axes[len(shown) - 2 : len(shown)]:
        axes.set_xlabel("latent dimensions")
    _label_lines(compared[0])
    legend_below(figure, _handles(set(dimensions["over"])))
    return figure


def _apart(sizes: list[int]) -> list[int]:
    """Return those sizes, in ascending order, whose labels have room beside the one before."""
    found = sizes[:1]
    for size in sizes[1:]:
        if size >= 1.2 * found[-1]:
            found.append(size)
    return found


def _draw_differences(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the differences of log likelihood and bound from the middle model, with their intervals."""
    axes.axhline(0, color=INK, linewidth=0.9)
    for side, quantity in zip((1 / DODGE, DODGE), LINES, strict=True):
        own = rows[rows["quantity"] == quantity].sort_values("latent_dim")
        ends = own["difference_low"], own["difference_high"]
        _draw_line(axes, side * own["latent_dim"], own["difference"], ends, own["over"], quantity)


def _draw_levels(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axhline(0, color=INK, linewidth=0.9)
    for side, quantity in zip((1 / DODGE, DODGE), LINES, strict=True):
        own = rows[rows["quantity"] == quantity].sort_values("latent_dim")
        over = (own["runs"] > 1).map({True: "runs", False: "images"})
        _draw_line(axes, side * own["latent_dim"], own["value"], (own["low"], own["high"]), over, quantity)
    axes.set_ylabel("nats")


def _draw_line(
    axes: Axes,
    x: "pd.Series[float]",
    y: "pd.Series[float]",
    ends: tuple["pd.Series[float]", "pd.Series[float]"],
    over: "pd.Series[str]",
    quantity: str,
) -> None:
    _, colour, marker = LINES[quantity]
    widths = [WIDTHS[one][0] for one in over]
    axes.plot(x, y, marker, linestyle="-", color=colour, linewidth=0.8, markersize=4)
    axes.vlines(x, *ends, color=colour, linewidth=widths)


def _draw_active(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw the number of active units below the line of all units."""
    own = rows.sort_values("latent_dim")
    every = own["latent_dim"]
    end = every.iloc[-1]
    axes.plot(every, every, color=FAINT, linewidth=0.9, linestyle="--")
    axes.annotate("all units", (end, end), (-6, 0), textcoords="offset points", ha="right", va="center")
    axes.plot(every, own["value"], "o-", color=INK, linewidth=0.8, markersize=4)
    axes.set_ylim(0, 1.08 * end)


def _label_lines(axes: Axes) -> None:
    """Label the two lines on the side of each where a curve that rises leaves room."""
    for quantity, (x, y, side) in {"log_likelihood": (0.03, 0.45, "left"), "elbo": (0.97, 0.15, "right")}.items():
        label, colour, _ = LINES[quantity]
        axes.text(x, y, label, color=colour, ha=side, va="center", transform=axes.transAxes)


def _scale(panels: list[Axes], rows: pd.DataFrame) -> None:
    """Give all panels of differences the same scale, linear up to a nat and logarithmic beyond."""
    low = min(-1.0, rows["difference_low"].min())
    high = max(1.0, rows["difference_high"].max())
    ticks = [sign * step for sign, end in ((-1, -low), (1, high)) for step in STEPS if step <= 1.2 * end]
    for axes in panels:
        axes.set_yscale("symlog", linthresh=STEPS[0], linscale=1.2)
        axes.set_ylim(1.3 * low, 1.3 * high)
        axes.yaxis.set_major_locator(FixedLocator([*ticks, 0]))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\N{MINUS SIGN}"))
        axes.yaxis.set_minor_locator(NullLocator())


def _handles(over: set[str]) -> list[Line2D]:
    spans = {label: width for one, (width, label) in WIDTHS.items() if one in over}
    return [Line2D([], [], color=INK, linewidth=width, label=label) for label, width in spans.items()]
