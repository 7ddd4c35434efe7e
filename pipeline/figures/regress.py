"""Figures of the regression study: fits, training traces, and the dips of the log likelihood."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.core.statistics import Interval
from pipeline.figures.palette import COLOURS, INK
from pipeline.figures.panels import (
    End,
    limit_y,
    line_ends,
    name_lines,
    panel_axes,
    panels_of,
    scale_logarithmic,
    share_limits,
)
from pipeline.figures.rows import draw_intervals, draw_rows
from pipeline.figures.style import Drawing, house_style
from pipeline.investigations.regress.rates import compare, tally
from pipeline.investigations.regress.tables import CONSTANT, VARYING, Regression
from pipeline.numbers.regress import SPREAD, costs

LABELS = {CONSTANT: "one σ", VARYING: "σ(x)"}
DRAWN = {CONSTANT: COLOURS[1], VARYING: COLOURS[0]}
"""Colour of each model, in the order in which they are drawn."""
POINTS = "#6E6E6E"
"""Colour of training points."""
HEIGHT = 2.8
"""Height of most panels, in inches."""
STRETCHES = 300
"""Number of stretches of steps into which a trace is divided."""
FIRST_STEPS = 0.02
"""Share of the steps, the first ones, that the range of a trace ignores so that the rest is legible."""
DEEPEST = 0.02
"""Share of the values of a trace, the lowest ones, that its range leaves out."""
LEAST = 0.1
"""Least shortfall and least cost of a move that are drawn, in nats."""
CLOSEST = 1e-4
"""Least move of f at a point, and least cost of it, that are drawn."""
CLASSES = 4
"""Number of classes per power of ten into which costs are grouped."""
FEWEST = 20
"""Fewest steps in a class of costs that is drawn."""
MEASURES = {
    "dip_rate_difference": ("dips per 1,000 steps, less plain σ(x)'s", "left of the line: fewer dips", 0.0),
    "move_ratio": ("move of f in a step, over plain σ(x)'s", "left of the line: smaller", 1.0),
    "price_ratio": ("price of a move, over plain σ(x)'s", "left of the line: cheaper", 1.0),
}
"""Measures by which variants are compared; see `compare`: title, label of the axis, and value of no difference."""


def regression_figures(found: Regression, dip: float, confidence: float) -> dict[str, Drawing]:
    """Draw all figures of the study, by name; those of dips only if a dip was found.

    Args:
        found: tables of the study.
        dip: nats below the best value so far that count as a dip.
        confidence: of the intervals.
    """
    figures: dict[str, Drawing] = {"regress-fits": fits(found.fits), "regress-traces": traces(found.traces, dip)}
    figures["regress-variants"] = variants(found.levels, confidence)
    figures["regress-moves"] = moves(found.moves, dip)
    if len(found.falls):
        figures["regress-contributions"] = contributions(found.falls)
    return figures


@house_style()
def fits(table: pd.DataFrame) -> list[Figure]:
    """Draw the fits of the first seed: both with bands of ±2σ beside the truth; then σ, and f less the true line.

    Args:
        table: as in `FITS`.
    """
    own = table[table["seed"] == table["seed"].min()]
    of_models = {name: own[own["variant"] == name].sort_values("x") for name in DRAWN}
    fitted = [
        panel_axes(HEIGHT, title=f"{LABELS[name]}: fit and truth, ± 2σ", xlabel="x", ylabel="y") for name in DRAWN
    ]
    sigma = panel_axes(HEIGHT, title="standard deviation", xlabel="x", ylabel="units of y")
    missed = panel_axes(HEIGHT, title="f less the true line", xlabel="x", ylabel="units of y")
    for axes, (name, part) in zip(fitted, of_models.items(), strict=True):
        _draw_fit(axes, part, DRAWN[name])
        sigma.plot(part["x"], part["sigma"], color=DRAWN[name], linewidth=1.3, label=LABELS[name])
        missed.plot(part["x"], part["f"] - part["line"], color=DRAWN[name], linewidth=1.3, label=LABELS[name])
    share_limits(fitted)
    truth = of_models[VARYING]
    sigma.plot(truth["x"], truth["noise"], color=INK, linewidth=1.1, linestyle="--", label="truth")
    scale_logarithmic(sigma, "y")
    ends = line_ends(missed)
    missed.axhline(0, color=INK, linewidth=0.9, zorder=1)
    name_lines(sigma, line_ends(sigma))
    name_lines(missed, ends)
    return panels_of(*fitted, sigma, missed)


@house_style()
def traces(table: pd.DataFrame, dip: float) -> list[Figure]:
    """Draw the first seed's log likelihood against the step, and how far the training points' is below its best so far.

    The range of the log likelihood leaves out the first steps and the deepest dips; that of the shortfall does not.

    Args:
        table: as in `TRACES`.
        dip: nats below the best value so far that count as a dip.
    """
    own = table[table["seed"] == table["seed"].min()]
    panels = []
    for subset, title in (("train", "training points"), ("holdout", "holdout points")):
        axes = panel_axes(HEIGHT, title=f"log likelihood of all {title}", xlabel="step", ylabel="nats")
        of_models = {name: own[(own["variant"] == name) & (own["subset"] == subset)] for name in DRAWN}
        for name, part in of_models.items():
            _draw_range(axes, part, DRAWN[name])
        _limit_late(axes, of_models)
        axes.yaxis.set_major_formatter("{x:,.0f}")
        name_lines(axes, [_last(part, name) for name, part in of_models.items()])
        panels.append(axes)
    below = [_draw_shortfall(own[(own["variant"] == name) & (own["subset"] == "train")], name, dip) for name in DRAWN]
    share_limits(below)
    for axes in below:
        scale_logarithmic(axes, "y")
        name_lines(axes, [End(axes.get_xlim()[1], dip, f"{dip:g} nats: a dip", INK)])
    return panels_of(*panels, *below)


@house_style()
def variants(levels: pd.DataFrame, confidence: float) -> list[Figure]:
    """Draw what sets each variant apart from `varying` at equal log likelihood: dips, moves of f, and their price.

    Args:
        levels: as in `LEVELS`.
        confidence: of the intervals over seeds.
    """
    sums = tally(levels)
    names = [name for name in dict.fromkeys(levels["variant"].astype(str)) if name != VARYING]
    compared = {name: compare(sums[name], sums[VARYING], confidence) for name in names}
    found = {name: measures for name, measures in compared.items() if measures}
    order = sorted(found, key=lambda name: found[name]["dip_rate_difference"].value)
    return panels_of(*(_draw_measure({name: found[name][key] for name in order}, key) for key in MEASURES))


@house_style()
def contributions(falls: pd.DataFrame) -> list[Figure]:
    """Draw a dip of each model along x, from the best step before to the bottom.

    Of the deepest dips of all seeds it is the one with the largest second-order cost. First |Δf|, the move of f, beside
    σ at the best step; then the second-order cost of the move, (Δf)²/2σ². A model without a dip has no panels.

    Args:
        falls: as in `FALLS`.
    """
    moved, paid = [], []
    for name, colour in DRAWN.items():
        points = costs(falls[falls["variant"] == name])
        if points.empty:
            continue
        deepest = points["seed"] == points.groupby("seed")["cost"].sum().idxmax()
        points = points[deepest].sort_values("x")
        move = (points["f_bottom"] - points["f_peak"]).abs()
        axes = panel_axes(HEIGHT, title=f"{LABELS[name]}: move of f, and σ", xlabel="x", ylabel="units of y")
        axes.plot(points["x"], move.clip(lower=CLOSEST), color=colour, linewidth=1.3, label="|Δf|")
        axes.plot(points["x"], points["sigma_peak"], color=INK, linewidth=1.3, label="σ")
        moved.append(axes)
        axes = panel_axes(HEIGHT, title=f"{LABELS[name]}: cost of the move", xlabel="x", ylabel="nats per point")
        axes.plot(points["x"], points["cost"].clip(lower=CLOSEST), color=colour, linewidth=1.3)
        paid.append(axes)
    for row in (moved, paid):
        for axes in row:
            axes.set_yscale("log")
        share_limits(row)
        for axes in row:
            scale_logarithmic(axes, "y")
    for axes in moved:
        name_lines(axes, line_ends(axes))
    return panels_of(*moved, *paid)


@house_style()
def moves(table: pd.DataFrame, dip: float) -> list[Figure]:
    """Draw how far below its best the log likelihood lies, against the second-order cost of the move of f from there.

    Steps are grouped by cost; a line through the groups' medians, and a band that holds the share `SPREAD` of each.
    First the shortfall in nats, then as a multiple of the cost. A vertical line marks the cost of a dip. Without
    any group there are no panels.

    Args:
        table: as in `MOVES`.
        dip: nats below the best value so far that count as a dip.
    """
    titles = {"shortfall": ("below the best so far", "nats"), "ratio": ("the same as a multiple of the cost", "")}
    panels = []
    for quantity, (title, unit) in titles.items():
        axes = panel_axes(HEIGHT, title=title, xlabel="Σ (Δf)² / 2σ² (nats)", ylabel=unit)
        for name in reversed(DRAWN):
            _draw_classes(axes, table[(table["variant"] == name) & (table["cost"] >= LEAST)], quantity, name)
        if not any(np.size(line.get_xdata()) for line in axes.get_lines()):
            return []
        axes.set(xscale="log", yscale="log")
        axes.axvline(dip, color=INK, linewidth=0.9, linestyle=":")
        if quantity == "ratio":
            axes.axhline(1, color=INK, linewidth=0.9, zorder=1)
        else:
            axes.axline((1, 1), (10, 10), color=INK, linewidth=0.9, zorder=1)
        scale_logarithmic(axes, "x")
        scale_logarithmic(axes, "y")
        name_lines(axes, line_ends(axes))
        panels.append(axes)
    return panels_of(*panels)


def _draw_fit(axes: Axes, part: pd.DataFrame, colour: str) -> None:
    low, high = part["f"] - 2 * part["sigma"], part["f"] + 2 * part["sigma"]
    axes.fill_between(part["x"], low, high, color=colour, alpha=0.25, linewidth=0, zorder=1)
    axes.plot(part["x"], part["y"], "o", color=POINTS, markersize=1.9, mew=0, zorder=2)
    axes.plot(part["x"], part["f"], color=colour, linewidth=1.5, zorder=3)
    axes.plot(part["x"], part["line"], color=INK, linewidth=1, zorder=3)
    for edge in (-2, 2):
        axes.plot(part["x"], part["line"] + edge * part["noise"], color=INK, linewidth=0.9, linestyle="--", zorder=3)


def _draw_range(axes: Axes, part: pd.DataFrame, colour: str) -> None:
    """Draw the range of a trace in each stretch of steps; it looks like a line through every step, in fewer bytes."""
    grouped = part.groupby(_stretches(part))
    low, high = (getattr(grouped["log_likelihood"], end)() for end in ("min", "max"))
    axes.fill_between(grouped["step"].first(), low, high, color=colour, linewidth=0.9)


def _draw_shortfall(part: pd.DataFrame, name: str, dip: float) -> Axes:
    """Draw how far a trace is below its best so far, the most in each stretch of steps, and the threshold of a dip."""
    axes = panel_axes(HEIGHT, title=f"{LABELS[name]}: below the best so far", xlabel="step", ylabel="nats")
    part = part.assign(below=part["log_likelihood"].cummax() - part["log_likelihood"])
    grouped = part.groupby(_stretches(part))
    least = min(LEAST, dip / 3)  # the threshold has its name in the picture
    axes.plot(grouped["step"].first(), grouped["below"].max().clip(lower=least), color=DRAWN[name], linewidth=0.9)
    axes.axhline(dip, color=INK, linewidth=0.9, linestyle=":")
    axes.set_yscale("log")
    axes.set_ylim(least, 1.5 * max(float(part["below"].max()), dip))
    return axes


def _stretches(part: pd.DataFrame) -> np.ndarray:
    """Return the number of each step's stretch."""
    return np.arange(len(part)) // max(1, len(part) // STRETCHES)


def _draw_measure(found: Mapping[str, Interval], key: str) -> Axes:
    """Draw one row per variant, the first on top, with its interval."""
    title, label, nothing = MEASURES[key]
    axes = panel_axes(0.8 + 0.2 * len(found), title=title, xlabel=label)
    draw_rows(axes, list(found))
    for row, one in enumerate(found.values()):
        draw_intervals(axes, row, one.value, one.low, one.high)
    axes.axvline(nothing, color=INK, linewidth=0.9, zorder=1)
    if nothing:
        scale_logarithmic(axes, "x", base=2)
        axes.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g}" if ratio >= 1 else f"1/{1 / ratio:g}")
    return axes


def _draw_classes(axes: Axes, table: pd.DataFrame, quantity: str, name: str) -> None:
    own = table.astype({"cost": float, "shortfall": float})
    own["ratio"] = own["shortfall"] / own["cost"]
    own["class"] = np.floor(CLASSES * np.log10(own["cost"]))
    grouped = own[own.groupby("class")["cost"].transform("size") >= FEWEST].groupby("class")
    low, middle, high = (grouped[quantity].quantile(at) for at in ((1 - SPREAD) / 2, 0.5, (1 + SPREAD) / 2))
    axes.fill_between(grouped["cost"].median(), low, high, color=DRAWN[name], alpha=0.25, linewidth=0)
    axes.plot(grouped["cost"].median(), middle, ".-", color=DRAWN[name], label=LABELS[name])


def _limit_late(axes: Axes, of_models: Mapping[str, pd.DataFrame]) -> None:
    """Limit the axes to what is seen after the first steps, but for the share `DEEPEST` of the lowest values."""
    late = pd.concat(
        [part.loc[part["step"] > FIRST_STEPS * part["step"].max(), "log_likelihood"] for part in of_models.values()]
    )
    limit_y(axes, late.quantile(DEEPEST), late.max())


def _last(part: pd.DataFrame, name: str) -> End:
    step, value = part[["step", "log_likelihood"]].iloc[-1]
    return End(float(step), float(value), LABELS[name], DRAWN[name])
