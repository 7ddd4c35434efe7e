"""Error of the estimated log likelihood of one image against its cost."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import COLOURS, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.numbers.validate import errors
from pipeline.validation.validate.tables import CURVES, REFERENCE, STUDY

LABELS = {"encoder": "encoder's normal", "mode": "normal at one mode", "modes": "mixture at the modes, refined"}
PROPOSAL_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


@house_style()
def validation(tables: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark]) -> Figure:
    """Draw the root mean square error in nats against decoder passes per image, on log scales, one panel per model.

    Args:
        tables: log likelihoods of each model's images by each method; see `ESTIMATOR_ERRORS`.
        marks: of the models.
    """
    models = [name for name in marks if name in tables]
    methods = _methods({name: tables[name] for name in models})
    figure = new_figure(3.1)
    panels = figure.subplots(1, len(models), sharex=True, sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, models, strict=True):
        _draw(axes, errors(tables[name]), methods)
        axes.set_title(fold(marks[name].label, 6 / len(models)))
    panels[0].set_ylabel("root mean square error (nats)")
    panels[len(panels) // 2].set_xlabel("decoder passes per image")
    legend_below(figure, _handles(methods))
    return figure


def _methods(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the proposals in the tables, the study's own first."""
    found = {method for table in tables.values() for method in table["method"].astype(str).unique()}
    return [*(name for name in CURVES if name in found), *sorted(found - {*CURVES, STUDY, REFERENCE})]


def _draw(axes: Axes, found: pd.DataFrame, methods: list[str]) -> None:
    for colour, marker, method in zip(COLOURS, PROPOSAL_MARKERS, methods, strict=False):
        part = found[found["method"] == method].sort_values("passes")
        axes.plot(part["passes"], part["rmse"], color=colour, marker=marker, markersize=4, linewidth=1.2)
    study = found[found["method"] == STUDY]
    axes.plot(study["passes"], study["rmse"], "*", color=INK, markersize=10, markerfacecolor="white", zorder=3)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(which="major")
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _handles(methods: list[str]) -> list[Line2D]:
    lines = [
        Line2D([], [], color=colour, marker=marker, markersize=4, linewidth=1.2, label=LABELS.get(method, method))
        for colour, marker, method in zip(COLOURS, PROPOSAL_MARKERS, methods, strict=False)
    ]
    star = Line2D([], [], color=INK, marker="*", linestyle="", markersize=10, markerfacecolor="white")
    star.set_label("scores of this study")
    return [*lines, star]
