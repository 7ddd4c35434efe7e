"""Error of the estimated log likelihood of one image: against its cost, and of each image."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.contrast import legible
from pipeline.figures.palette import COLOURS, FAINT, INK, Mark
from pipeline.figures.panels import add_legend, panel_axes, panels_of, scale_logarithmic
from pipeline.figures.ridges import Ridge, draw_ridges, scale_of
from pipeline.figures.style import house_style
from pipeline.numbers.validate import errors, with_reference
from pipeline.validation.validate.tables import CURVES, REFERENCE, STUDY

LABELS = {"encoder": "encoder's normal", "mode": "normal at one mode", "modes": "mixture at the modes, refined"}
PROPOSAL_MARKERS = ("D", "v", "P", "X", "<", ">", "h")
PROPOSAL_COLOURS = tuple(legible(colour) for colour in (*COLOURS[6:], *COLOURS[3:6]))
"""Markers and colours of the proposals, which are not those of the first models."""
STAR, STAR_BUT_WORST = "scores of this study", "the same without the worst image"
MARGIN = 1.4
"""Factor by which the scales go on beyond the values."""
DOMINATES = 2
"""The worst image has a star without it if it alone makes the error larger by this factor."""


@house_style()
def validate(tables: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark]) -> list[Figure]:
    """Draw two panels per model: error against cost for each proposal, and histograms of the errors of each image.

    The first has the root mean square error in nats against decoder passes per image, both logarithmic, on the same
    scales for all models. Where a single image dominates the error of the study's scores, a second star leaves it out.

    Args:
        tables: log likelihoods of each model's images by each method; see `METHOD_ESTIMATES`.
        marks: of the models.
    """
    models = [name for name in marks if name in tables]
    if not models:
        return []
    methods = _methods({name: tables[name] for name in models})
    found = {name: errors(tables[name]) for name in models}
    off = {name: _off(tables[name]) for name in models}
    every = pd.concat([part["difference"] for parts in off.values() for part in parts.values()])
    scale = scale_of(every.to_numpy(float))
    x, y = _limits(list(found.values()))
    panels: list[Axes] = []
    for name in models:
        curve = _draw(found[name], methods, f"{marks[name].label}: error by work")
        curve.set(xlim=x, ylim=y)
        scale_logarithmic(curve, "x")
        scale_logarithmic(curve, "y")
        ridges = [Ridge(label, table, INK if label == STAR else FAINT) for label, table in off[name].items()]
        panels += [
            curve,
            draw_ridges(f"{marks[name].label}: image by image", ridges, scale, "estimate − reference (nats per image)"),
        ]
    add_legend(panels[0], _handles(methods, twice=any(_dominated(table) for table in found.values())))
    return panels_of(*panels)


def _methods(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the proposals in the tables, the study's own first."""
    found = {method for table in tables.values() for method in table["method"].astype(str).unique()}
    return [*(name for name in CURVES if name in found), *sorted(found - {*CURVES, STUDY, REFERENCE})]


def _off(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the errors of the study's scores, and of the encoder's proposals with the most draws, by label."""
    parts = {(method, draws): part for method, draws, part in with_reference(table)}
    most = max((draws for method, draws in parts if method == "encoder"), default=0)
    shown = {STAR: (STUDY, 0), f"{LABELS['encoder']}, {most:,} draws": ("encoder", most)}
    return {
        label: parts[one][["id", "subset"]].assign(difference=parts[one]["off"], contradiction=False)
        for label, one in shown.items()
        if one in parts
    }


def _dominated(found: pd.DataFrame) -> bool:
    """Return whether a single image makes most of the error of the study's scores."""
    study = found[found["method"] == STUDY]
    return bool((study["rmse"] > DOMINATES * study["rmse_but_worst"]).any())


def _limits(found: list[pd.DataFrame]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ranges of cost and of error over all models, with a margin."""
    every = pd.concat(found)
    both = every["passes"].to_numpy(float), every[["rmse", "rmse_but_worst"]].to_numpy(float)
    (left, right), (low, high) = ((float(one[one > 0].min()), float(one.max())) for one in both)
    return (left / MARGIN, right * MARGIN), (low / MARGIN, high * MARGIN)


def _draw(found: pd.DataFrame, methods: list[str], label: str) -> Axes:
    axes = panel_axes(2.65, title=label, xlabel="decoder passes per image", ylabel="root mean square error (nats)")
    for colour, marker, method in zip(PROPOSAL_COLOURS, PROPOSAL_MARKERS, methods, strict=False):
        part = found[found["method"] == method].sort_values("passes")
        axes.plot(part["passes"], part["rmse"], color=colour, marker=marker, markersize=4, linewidth=1.2)
    _draw_stars(axes, found)
    return axes


def _draw_stars(axes: Axes, found: pd.DataFrame) -> None:
    study = found[found["method"] == STUDY]
    if _dominated(found):
        ends = np.array([study["rmse"], study["rmse_but_worst"]])
        axes.plot(np.array([study["passes"]] * 2), ends, ":", color=INK, linewidth=1)
        axes.plot(study["passes"], study["rmse_but_worst"], "*", color=INK, markersize=8, zorder=3)
    axes.plot(study["passes"], study["rmse"], "*", color=INK, markersize=10, markerfacecolor="white", zorder=3)


def _handles(methods: list[str], *, twice: bool) -> list[Line2D]:
    lines = [
        Line2D([], [], color=colour, marker=marker, markersize=4, linewidth=1.2, label=LABELS.get(method, method))
        for colour, marker, method in zip(PROPOSAL_COLOURS, PROPOSAL_MARKERS, methods, strict=False)
    ]
    star = Line2D([], [], color=INK, marker="*", linestyle="", markersize=10, markerfacecolor="white", label=STAR)
    second = Line2D([], [], color=INK, marker="*", linestyle="", markersize=8, label=STAR_BUT_WORST)
    return [*lines, star, *([second] if twice else [])]
