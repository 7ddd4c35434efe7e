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
from pipeline.figures.panels import add_legend, panel_axes, panels_of, share_limits
from pipeline.figures.style import house_style
from pipeline.numbers.worth import label_worth

Filling = Literal["full", "none"]
KINDS: dict[str, tuple[str, Filling, str, float, str]] = {
    "worth": ("o", "full", COLOURS[0], -0.17, "worth of the label"),
    "gain": ("s", "none", COLOURS[1], 0.17, "gain of the density"),
}
"""Marker, its filling and colour, its offset from the class, and its name in the legend."""
CEILING = "most the label can be worth"


@house_style()
def worth(
    pairs: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]], marks: Mapping[str, Mark], confidence: float
) -> list[Figure]:
    """Draw the mean worth of the label and the mean gain of the density on the test images, by class, with intervals.

    Args:
        pairs: for each conditional model, its likelihoods under each label, as in `CLASSIFIED`, and the scores of
            the model without labels that it is compared with.
        marks: of the models.
        confidence: of the intervals.

    Returns:
        A panel per conditional model, all on one scale.
    """
    drawn: list[Axes] = []
    for name, tables in pairs.items():
        axes = panel_axes(2.5, title=marks[name].label, xlabel="class", ylabel="nats per image")
        found = label_worth(*tables)
        _draw_classes(axes, found[found["subset"] == "test"], confidence)
        axes.set_xticks(range(10))
        drawn.append(axes)
    share_limits(drawn)
    add_legend(drawn[0], _handles())
    return panels_of(*drawn)


def _draw_classes(axes: Axes, found: pd.DataFrame, confidence: float) -> None:
    axes.axhline(0, color=INK, linewidth=0.8)
    for label, part in found.groupby("label"):
        place = int(str(label))
        axes.hlines(part["ceiling"].iloc[0], place - 0.4, place + 0.4, color=INK, linewidth=1, linestyle=(0, (2, 1)))
        for kind, (marker, filling, colour, aside, _) in KINDS.items():
            values = part[kind].to_numpy(np.float64)
            if len(values) > 1:
                mean = mean_normal(values, confidence)
                axes.vlines(place + aside, mean.low, mean.high, color=colour, linewidth=1.2)
            axes.plot(place + aside, values.mean(), marker, color=colour, fillstyle=filling, markersize=5)
    axes.grid(visible=False, axis="x")


def _handles() -> list[Line2D]:
    kinds = [
        Line2D([], [], color=colour, linestyle="", marker=marker, fillstyle=filling, label=label)
        for marker, filling, colour, _, label in KINDS.values()
    ]
    return [*kinds, Line2D([], [], color=INK, linewidth=1, linestyle=(0, (2, 1)), label=CEILING)]
