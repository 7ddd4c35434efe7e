"""Figures of the regression study: fits, training traces, and the dips of the log likelihood."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.core.statistics import mean_t
from pipeline.figures.palette import COLOURS, FAINT, INK
from pipeline.figures.style import house_style, legend_below, new_figure
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression
from pipeline.numbers.regress import costs

LABELS = {CONSTANT: "N(f(x), σ²)", VARYING: "N(f(x), σ(x)²)"}
DRAWN = {VARYING: COLOURS[0], CONSTANT: COLOURS[1]}
STRETCHES = 500
"""Number of stretches of steps into which a trace is divided."""
QUIET = 0.25
"""Share of the range of x that the enlargement shows, from its quiet end."""


def regression_figures(found: Regression, confidence: float) -> dict[str, Figure]:
    """Draw all figures of the study, by name; those of dips only if a dip was found.

    Args:
        found: tables of the study.
        confidence: of the intervals.
    """
    figures = {"regress-fits": fits(found.fits), "regress-traces": traces(found.traces)}
    figures["regress-variants"] = variants(found.outcomes, confidence)
    if len(found.falls):
        figures["regress-contributions"] = contributions(found)
        figures["regress-prediction"] = prediction(found.dips)
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
def variants(outcomes: pd.DataFrame, confidence: float) -> Figure:
    """Draw number of dips and depth of the deepest, of each variant and of `varying`, up to their common level.

    Each seed is a faint mark, and the mean over seeds a large one with its interval.

    Args:
        outcomes: as in `OUTCOMES`.
        confidence: of the intervals.
    """
    names = [name for name in dict.fromkeys(outcomes["variant"].astype(str)) if name != VARYING]
    figure = new_figure(1.4 + 0.32 * max(4, len(names)))
    panels = figure.subplots(1, 2, sharey=True)
    for axes, key, label in zip(panels, ("dips", "deepest"), ("number of dips", "deepest dip (nats)"), strict=True):
        for row, name in enumerate(names):
            own = outcomes[outcomes["variant"] == name]
            _draw_row(axes, row + 0.16, own[f"{key}_other"], FAINT, confidence)
            _draw_row(axes, row - 0.16, own[key], COLOURS[2], confidence)
        axes.set_xscale("symlog", linthresh=1 if key == "dips" else 30)
        axes.minorticks_off()
        axes.set(xlabel=label, xlim=(-0.3 if key == "dips" else -10, None))
        axes.grid(axis="x")
    panels[0].set_yticks(range(len(names)), names)
    panels[0].invert_yaxis()
    pairs = ((COLOURS[2], "the variant"), (FAINT, "plain σ(x), up to the same log likelihood"))
    legend_below(figure, [Line2D([], [], color=c, marker="o", linewidth=1.5, label=text) for c, text in pairs])
    return figure


@house_style()
def contributions(found: Regression) -> Figure:
    """Draw the deepest dip over all seeds of each model, point by point along x.

    Above: the second-order cost of f's move from the peak to the bottom, (Δf)²/2σ². Below: residuals and σ(x), one step
    before the bottom and at it.
    """
    figure = new_figure(4.4)
    panels = figure.subplots(2, 2, sharex=True, sharey="row")
    for column, (name, colour) in zip(panels.T, reversed(DRAWN.items()), strict=True):
        points = costs(found.falls[found.falls["variant"] == name], found.fits)
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
def prediction(dips: pd.DataFrame) -> Figure:
    """Draw the depth of every dip against its prediction, the second-order cost Σ(Δf)²/2σ² of f's move.

    Args:
        dips: as in `DIPS`; only those found by nats are drawn.
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
    """Draw the range of a trace in each stretch of steps; it looks like a line through every step, in fewer bytes."""
    stretch = max(1, len(part) // STRETCHES)
    grouped = part.groupby(np.arange(len(part)) // stretch)
    low, high = (getattr(grouped["log_likelihood"], end)() for end in ("min", "max"))
    axes.fill_between(grouped["step"].first(), low, high, color=colour, linewidth=0.8, alpha=0.75)


def _draw_row(axes: Axes, height: float, values: pd.Series, colour: str, confidence: float) -> None:
    found = mean_t(values.to_numpy(np.float64), confidence)
    axes.plot(values, np.full(len(values), height), "o", color=colour, alpha=0.35, markersize=3, mew=0, rasterized=True)
    axes.hlines(height, max(found.low, 0), found.high, color=colour, linewidth=1.6)
    axes.plot(found.value, height, "o", color=colour, markersize=5, markeredgecolor="white", markeredgewidth=0.6)


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
