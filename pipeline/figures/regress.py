"""Figures of the regression study: fits, training traces, and the dips of the log likelihood."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import COLOURS, FAINT, INK
from pipeline.figures.style import house_style, legend_below, new_figure
from pipeline.investigations.regress.rates import Sums, rates, tally
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression
from pipeline.numbers.regress import SPREAD, costs

LABELS = {CONSTANT: "N(f(x), σ²)", VARYING: "N(f(x), σ(x)²)"}
DRAWN = {VARYING: COLOURS[0], CONSTANT: COLOURS[1]}
STRETCHES = 500
"""Number of stretches of steps into which a trace is divided."""
COLUMNS = 4
"""Number of panels beside each other in the figure of all variants."""
CHEAPEST = 0.1
"""Least cost of a move that is drawn, in nats."""
CLASSES = 4
"""Number of classes per power of ten into which costs are grouped."""
FEWEST = 20
"""Fewest steps in a class of costs that is drawn."""
QUIET = 0.25
"""Share of the range of x that the enlargement shows, from its quiet end."""


def regression_figures(found: Regression, confidence: float) -> dict[str, Figure]:
    """Draw all figures of the study, by name; those of dips only if a dip was found.

    Args:
        found: tables of the study.
        confidence: of the intervals.
    """
    figures = {"regress-fits": fits(found.fits), "regress-traces": traces(found.traces)}
    figures["regress-variants"] = variants(found.levels, confidence)
    figures["regress-moves"] = moves(found.moves)
    if len(found.falls):
        figures["regress-contributions"] = contributions(found.falls)
    return figures


@house_style()
def fits(table: pd.DataFrame) -> Figure:
    """Draw both fits of the first seed with bands of ±2σ: left over all points, right over the quiet end.

    Args:
        table: as in `FITS`.
    """
    own = table[table["seed"] == table["seed"].min()]
    figure = new_figure(3.4)
    left, right = figure.subplots(1, 2, width_ratios=[1.5, 1])
    for axes, share in ((left, 1.0), (right, QUIET)):
        _draw_fits(axes, own[own["x"] <= own["x"].max() * share], 2.0 if share == 1 else 7.0)
        axes.set_xlabel("x")
        axes.grid()
    left.set(ylabel="y", title="all points")
    right.set_title("the quiet end, enlarged")
    truth = Line2D([], [], color=INK, linewidth=0.9, linestyle=":", label="true function ± 2σ")
    legend_below(figure, [*_handles(), truth])
    return figure


@house_style()
def traces(table: pd.DataFrame) -> Figure:
    """Draw the log likelihood of the first seed's training points, and of its holdout, against the step.

    Args:
        table: as in `TRACES`.
    """
    own = table[table["seed"] == table["seed"].min()]
    figure = new_figure(4.6)
    panels = figure.subplots(2, 1, sharex=True, height_ratios=[1.6, 1])
    subsets = (("train", "training points"), ("holdout", "holdout points"))
    for axes, (subset, title) in zip(panels, subsets, strict=True):
        for name, colour in DRAWN.items():
            part = own[(own["variant"] == name) & (own["subset"] == subset)]
            _draw_trace(axes, part, colour)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set(ylabel="log likelihood (nats)", title=title)
        axes.grid()
    panels[-1].set_xlabel("step")
    legend_below(figure, _handles())
    return figure


@house_style()
def variants(levels: pd.DataFrame, confidence: float) -> Figure:
    """Draw dips per thousand steps against the best log likelihood so far: one panel per variant, beside `varying`.

    Args:
        levels: as in `LEVELS`.
        confidence: of the intervals over seeds.
    """
    middles, sums = tally(levels)
    names = [name for name in dict.fromkeys(levels["variant"].astype(str)) if name != VARYING]
    rows = -(-len(names) // COLUMNS)
    figure = new_figure(0.9 + 1.35 * rows)
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    for axes, name in zip(panels.ravel(), names, strict=False):
        _draw_rates(axes, middles, sums[VARYING], FAINT, confidence)
        _draw_rates(axes, middles, sums[name], COLOURS[2], confidence)
        axes.set_title(name)
        axes.set_yscale("symlog", linthresh=1)
        axes.minorticks_off()
        axes.grid()
    panels[0, 0].set_ylim(bottom=-0.1)
    for axes in panels.ravel()[len(names) :]:
        axes.set_axis_off()
    for axes in panels[-1]:
        axes.set_xlabel("best so far (nats)")
    for axes in panels[:, 0]:
        axes.set_ylabel("dips per 1,000")
    pairs = ((COLOURS[2], "the variant"), (FAINT, "plain σ(x)"))
    legend_below(figure, [Line2D([], [], color=c, marker="o", linewidth=1.5, label=text) for c, text in pairs])
    return figure


@house_style()
def contributions(falls: pd.DataFrame) -> Figure:
    """Draw the deepest dip over all seeds of each model, point by point along x.

    Above: the second-order cost of f's move from the peak to the bottom, (Δf)²/2σ². Below: residuals and σ(x), one step
    before the bottom and at it.

    Args:
        falls: as in `FALLS`.
    """
    figure = new_figure(4.4)
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    for column, (name, colour) in zip(panels.T, reversed(DRAWN.items()), strict=True):
        points = costs(falls[falls["variant"] == name])
        column[0].set_title(LABELS[name] if len(points) else f"{LABELS[name]}: no dip")
        if len(points):
            _draw_points(column, points[points["seed"] == points.groupby("seed")["cost"].sum().idxmax()], colour)
        column[-1].set_xlabel("x")
    for axes, label in zip(panels[:, 0], ("(Δf)² / 2σ² (nats)", "|y − f|, and σ as lines"), strict=True):
        axes.set_ylabel(label)
    for axes in panels.ravel():
        axes.set_yscale("log")
        axes.minorticks_off()
        axes.grid()
    panels[0, 0].set_ylim(bottom=1e-3)
    panels[1, 0].set_ylim(bottom=1e-3)
    before = Line2D([], [], color=INK, marker="o", markersize=3, mfc=FAINT, mew=0, label="one step before the bottom")
    bottom = Line2D([], [], color=INK, linestyle="--", label="at the bottom: σ, and |y − f| as coloured points")
    legend_below(figure, [before, bottom])
    return figure


@house_style()
def moves(table: pd.DataFrame) -> Figure:
    """Draw how far below its best the log likelihood lies, against the second-order cost of the move of f from there.

    Steps are grouped by cost; a line through the groups' medians, and a band that holds the share `SPREAD` of each.

    Args:
        table: as in `MOVES`.
    """
    figure = new_figure(3.5)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, (name, colour) in zip(panels, reversed(DRAWN.items()), strict=True):
        own = table[(table["variant"] == name) & (table["cost"] >= CHEAPEST)].astype(
            {"cost": float, "shortfall": float}
        )
        own["class"] = np.floor(CLASSES * np.log10(own["cost"]))
        grouped = own[own.groupby("class")["cost"].transform("size") >= FEWEST].groupby("class")
        low, middle, high = (grouped["shortfall"].quantile(at) for at in ((1 - SPREAD) / 2, 0.5, (1 + SPREAD) / 2))
        axes.fill_between(grouped["cost"].median(), low, high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(grouped["cost"].median(), middle, ".-", color=colour)
        axes.set(xscale="log", yscale="log", xlabel="Σ (Δf)² / 2σ² (nats)", title=LABELS[name])
        axes.axline((1, 1), (10, 10), color=INK, linewidth=0.9)
        axes.minorticks_off()
        axes.grid()
    panels[0].set_ylabel("nats below the best so far")
    return figure


def _draw_fits(axes: Axes, own: pd.DataFrame, size: float) -> None:
    axes.plot(own["x"], own["y"], "o", color=FAINT, markersize=size / 2 + 0.6, mew=0, zorder=1, rasterized=True)
    once = own[own["variant"] == VARYING]
    for edge in (-2, 2):
        axes.plot(once["x"], once["line"] + edge * once["noise"], color=INK, linewidth=0.8, linestyle=":", zorder=3)
    for name, colour in DRAWN.items():
        part = own[own["variant"] == name]
        low, high = part["f"] - 2 * part["sigma"], part["f"] + 2 * part["sigma"]
        axes.fill_between(part["x"], low, high, color=colour, alpha=0.22, linewidth=0)
        axes.plot(part["x"], part["f"], color=colour, linewidth=1.2)


def _draw_trace(axes: Axes, part: pd.DataFrame, colour: str) -> None:
    """Draw the range of a trace in each stretch of steps; it looks like a line through every step, in fewer bytes."""
    stretch = max(1, len(part) // STRETCHES)
    grouped = part.groupby(np.arange(len(part)) // stretch)
    low, high = (getattr(grouped["log_likelihood"], end)() for end in ("min", "max"))
    axes.fill_between(grouped["step"].first(), low, high, color=colour, linewidth=0.8, alpha=0.75)


def _draw_rates(axes: Axes, middles: np.ndarray, sums: Sums, colour: str, confidence: float) -> None:
    drawn = [(at, one) for at, one in zip(middles, rates(sums, confidence), strict=True) if one is not None]
    x = [at for at, _ in drawn]
    axes.vlines(x, [max(one.low, 0) for _, one in drawn], [one.high for _, one in drawn], color=colour, linewidth=1.2)
    axes.plot(x, [one.value for _, one in drawn], "o-", color=colour, markersize=2.6, linewidth=0.9)


def _draw_points(column: np.ndarray, points: pd.DataFrame, colour: str) -> None:
    for axes, values in ((column[0], points["cost"]), (column[1], (points["y"] - points["f_bottom"]).abs())):
        axes.plot(points["x"], values, "o", color=colour, markersize=2.4, mew=0, rasterized=True)
    axes = column[1]
    axes.plot(points["x"], points["sigma_before"], color=INK, linewidth=1.2)
    axes.plot(points["x"], points["sigma_bottom"], color=INK, linewidth=1.2, linestyle="--")
    residual = (points["y"] - points["f_before"]).abs()
    axes.plot(points["x"], residual, "o", color=FAINT, markersize=2, mew=0, rasterized=True, zorder=1)


def _handles() -> list[Line2D]:
    return [Line2D([], [], color=colour, linewidth=2, label=LABELS[name]) for name, colour in DRAWN.items()]
