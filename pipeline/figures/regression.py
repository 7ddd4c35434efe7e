"""Two models of noise in a regression: their fits, their training, and what made its log likelihood dip."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import COLOURS, FAINT, INK
from pipeline.figures.style import house_style, legend_below, new_figure
from pipeline.investigations.regress.equal import interval
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression
from pipeline.numbers.regress import anatomy

LABELS = {CONSTANT: "N(f(x), σ²)", VARYING: "N(f(x), σ(x)²)"}
DRAWN = {VARYING: COLOURS[0], CONSTANT: COLOURS[1]}
CONFIDENCE = 0.95
"""Of the intervals that are drawn."""
STRETCHES = 500
"""Into which a trace is divided."""
QUIET = 0.25
"""Share of the range of x that the enlargement shows, from its quiet end."""


def regression_figures(found: Regression) -> dict[str, Figure]:
    """All figures of the study by name; what was not seen, as a dip, has none."""
    figures = {"regress-fits": fits(found.fits), "regress-traces": traces(found.traces)}
    figures["regress-variants"] = variants(found.outcomes)
    if len(found.falls):
        figures["regress-anatomy"] = deepest(found)
        figures["regress-prediction"] = prediction(found.dips)
    return figures


@house_style()
def fits(table: pd.DataFrame) -> Figure:
    """Both fits of the first seed with bands of ±2σ over its points; left all of them, right the quiet end.

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
    truth = Line2D([], [], color=INK, linewidth=0.9, linestyle=":", label="true line ± 2σ")
    legend_below(figure, [*_handles(), truth])
    return figure


@house_style()
def traces(table: pd.DataFrame) -> Figure:
    """Log likelihood of all of the first seed's training and of all its holdout points, both models superimposed.

    Args:
        table: as in `TRACES`.
    """
    own = table[table["seed"] == table["seed"].min()]
    figure = new_figure(4.6)
    panels = figure.subplots(2, 1, sharex=True, height_ratios=[1.6, 1])
    for axes, one_set in zip(panels, ("train", "holdout"), strict=True):
        for name, colour in DRAWN.items():
            part = own[(own["variant"] == name) & (own["set"] == one_set)]
            _draw_trace(axes, part, colour)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.set(ylabel="log likelihood (nats)", title=f"{'training' if one_set == 'train' else 'holdout'} points")
        axes.grid()
    panels[-1].set_xlabel("step")
    legend_below(figure, _handles())
    return figure


@house_style()
def variants(outcomes: pd.DataFrame) -> Figure:
    """Dips up to the common log likelihood of each variant and of the plain one with the same seed, and the deepest.

    Args:
        outcomes: as in `OUTCOMES`; every seed is a faint mark, the mean a large one with its interval.
    """
    names = [name for name in dict.fromkeys(outcomes["variant"].astype(str)) if name != VARYING]
    figure = new_figure(1.4 + 0.32 * max(4, len(names)))
    panels = figure.subplots(1, 2, sharey=True)
    for axes, key, label in zip(panels, ("dips", "deepest"), ("number of dips", "deepest dip (nats)"), strict=True):
        for row, name in enumerate(names):
            own = outcomes[outcomes["variant"] == name]
            _draw_row(axes, row + 0.16, own[f"{key}_other"], FAINT)
            _draw_row(axes, row - 0.16, own[key], COLOURS[2])
        axes.set_xscale("symlog", linthresh=1 if key == "dips" else 30)
        axes.minorticks_off()
        axes.set(xlabel=label, xlim=(-0.3 if key == "dips" else -10, None))
        axes.grid(axis="x")
    panels[0].set_yticks(range(len(names)), names)
    panels[0].invert_yaxis()
    pairs = ((COLOURS[2], "the variant"), (FAINT, "σ(x) as it is, up to the same log likelihood"))
    legend_below(figure, [Line2D([], [], color=c, marker="o", linewidth=1.5, label=text) for c, text in pairs])
    return figure


@house_style()
def deepest(found: Regression) -> Figure:
    """The deepest dip of either model over all seeds, point by point along x.

    Top: what f's move from brink to bottom cost each point, (Δf)²/2σ². Below: its residual beside σ(x), one step before
    the bottom and there; a point far above the line is where the log likelihood fell.
    """
    figure = new_figure(4.4)
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    for column, (name, colour) in zip(panels.T, reversed(DRAWN.items()), strict=True):
        points = anatomy(found.falls[found.falls["variant"] == name], found.fits)
        column[0].set_title(LABELS[name] if len(points) else f"{LABELS[name]}: no dip")
        if len(points):
            _draw_points(column, points[points["seed"] == points.groupby("seed")["paid"].sum().idxmax()], colour)
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
def prediction(dips: pd.DataFrame) -> Figure:
    """Depth of every dip against what f's move from its brink to its bottom cost at the brink's σ, Σ(Δf)²/2σ².

    Args:
        dips: as in `DIPS`; those by nats are drawn.
    """
    figure = new_figure(3.5)
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, (name, colour) in zip(panels, reversed(DRAWN.items()), strict=True):
        own = dips[(dips["variant"] == name) & (dips["measure"] == "nats")]
        axes.plot(-own["second"], own["depth"], ".", color=colour, markersize=3.5, alpha=0.5, rasterized=True, mew=0)
        axes.set(xscale="log", yscale="log", xlabel="Σ (Δf)² / 2σ² (nats)", title=LABELS[name])
        axes.axline((100, 100), (1000, 1000), color=INK, linewidth=0.9)
        axes.minorticks_off()
        axes.set_aspect("equal")
        axes.grid()
    panels[0].set_ylabel("depth of the dip (nats)")
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
    """The range of a trace in as many stretches as can be told apart: a line through every step, in fewer bytes."""
    stretch = max(1, len(part) // STRETCHES)
    grouped = part.groupby(np.arange(len(part)) // stretch)
    low, high = (getattr(grouped["log_likelihood"], end)() for end in ("min", "max"))
    axes.fill_between(grouped["step"].first(), low, high, color=colour, linewidth=0.8, alpha=0.75)


def _draw_row(axes: Axes, height: float, values: pd.Series, colour: str) -> None:
    found = interval(values.to_numpy(), CONFIDENCE)
    axes.plot(values, np.full(len(values), height), "o", color=colour, alpha=0.35, markersize=3, mew=0, rasterized=True)
    axes.hlines(height, max(found.low, 0), found.high, color=colour, linewidth=1.6)
    axes.plot(found.mean, height, "o", color=colour, markersize=5, markeredgecolor="white", markeredgewidth=0.6)


def _draw_points(column: np.ndarray, points: pd.DataFrame, colour: str) -> None:
    for axes, values in ((column[0], points["paid"]), (column[1], (points["y"] - points["f_bottom"]).abs())):
        axes.plot(points["x"], values, "o", color=colour, markersize=2.4, mew=0, rasterized=True)
    axes = column[1]
    axes.plot(points["x"], points["sigma_before"], color=INK, linewidth=1.2)
    axes.plot(points["x"], points["sigma_bottom"], color=INK, linewidth=1.2, linestyle="--")
    residual = (points["y"] - points["f_before"]).abs()
    axes.plot(points["x"], residual, "o", color=FAINT, markersize=2, mew=0, rasterized=True, zorder=1)


def _handles() -> list[Line2D]:
    return [Line2D([], [], color=colour, linewidth=2, label=LABELS[name]) for name, colour in DRAWN.items()]
