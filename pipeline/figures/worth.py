"""The label's worth and the density's gain of conditional models, by class."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.core.statistics import mean_normal
from pipeline.figures.palette import COLOURS, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.numbers.worth import label_worth

Filling = Literal["full", "none"]
KINDS: dict[str, tuple[str, Filling, float, str]] = {
    "worth": ("o", "full", -0.17, "worth of the label"),
    "gain": ("s", "none", 0.17, "gain of the density"),
}
"""Marker, its filling, its offset from the class, and its name in the legend."""


@house_style()
def worth(
    pairs: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], marks: Mapping[str, Mark], confidence: float
) -> Figure:
    """Draw the mean worth of the label and the mean gain of the density on the test images, by class, with intervals.

    Args:
        pairs: for each conditional model, its likelihoods under each label, as in `CLASSIFIED`, and the scores of
            the model without labels that it is compared with.
        marks: of the models.
        confidence: of the intervals.
    """
    figure = new_figure(3.6)
    panels = figure.subplots(1, len(pairs), sharey=True, squeeze=False)[0]
    for axes, (name, tables) in zip(panels, pairs.items(), strict=True):
        found = label_worth(*tables)
        _draw_classes(axes, found[found["subset"] == "test"], confidence)
        axes.set(xlabel="class", xticks=range(10), title=fold(marks[name].label, 6 / len(pairs)))
    panels[0].set_ylabel("nats per image")
    legend_below(figure, _handles())
    return figure


def _draw_classes(axes: Axes, found: pd.DataFrame, confidence: float) -> None:
    axes.axhline(0, color=INK, linewidth=0.8)
    for label, part in found.groupby("label"):
        place, colour = int(str(label)), COLOURS[int(str(label)) % len(COLOURS)]
        axes.hlines(part["ceiling"].iloc[0], place - 0.4, place + 0.4, color=INK, linewidth=1, linestyle=(0, (2, 1)))
        for kind, (marker, filling, aside, _) in KINDS.items():
            values = part[kind].to_numpy(np.float64)
            if len(values) > 1:
                mean = mean_normal(values, confidence)
                axes.vlines(place + aside, mean.low, mean.high, color=colour, linewidth=1.2)
            axes.plot(place + aside, values.mean(), marker, color=colour, fillstyle=filling, markersize=5)
    axes.grid(axis="y")


def _handles() -> list[Line2D]:
    kinds = [
        Line2D([], [], color=INK, linestyle="", marker=marker, fillstyle=filling, label=label)
        for marker, filling, _, label in KINDS.values()
    ]
    return [
        *kinds,
        Line2D([], [], color=INK, linewidth=1, linestyle=(0, (2, 1)), label="upper limit of the worth, −log p(y)"),
    ]
