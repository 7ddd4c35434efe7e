"""How far an estimate of one image's likelihood is off, against what it costs."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import COLOURS, INK, Mark
from pipeline.figures.style import house_style, legend_below, new_figure
from pipeline.numbers.validate import errors
from pipeline.validation.validate.tables import CURVES, STUDY

LABELS = {"encoder": "encoder's normal", "mode": "normal at one mode", "modes": "mixture at the modes, refined"}
MARKERS = {"encoder": "o", "mode": "s", "modes": "^"}


@house_style()
def accuracy(tables: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark]) -> Figure:
    """Root mean square error in nats against decoder passes an image, both logarithmic, one panel a model.

    Args:
        tables: what every method says of each model's images; see `ESTIMATED`.
        marks: of the models.
    """
    models = [name for name in marks if name in tables]
    figure = new_figure(3.1)
    panels = figure.subplots(1, len(models), sharex=True, sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, models, strict=True):
        _draw(axes, errors(tables[name]))
        axes.set_title(marks[name].label)
    panels[0].set_ylabel("error, root mean square (nats)")
    panels[len(panels) // 2].set_xlabel("work an image (decoder passes)")
    legend_below(figure, _handles())
    return figure


def _draw(axes: Axes, found: pd.DataFrame) -> None:
    for colour, method in zip(COLOURS, CURVES, strict=False):
        part = found[found["method"] == method].sort_values("passes")
        axes.plot(part["passes"], part["rmse"], color=colour, marker=MARKERS[method], markersize=4, linewidth=1.2)
    study = found[found["method"] == STUDY]
    axes.plot(study["passes"], study["rmse"], "*", color=INK, markersize=10, markerfacecolor="white", zorder=3)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(which="major")
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _handles() -> list[Line2D]:
    lines = [
        Line2D([], [], color=colour, marker=MARKERS[method], markersize=4, linewidth=1.2, label=LABELS[method])
        for colour, method in zip(COLOURS, CURVES, strict=False)
    ]
    star = Line2D([], [], color=INK, marker="*", linestyle="", markersize=10, markerfacecolor="white")
    star.set_label("as the study scores")
    return [*lines, star]
