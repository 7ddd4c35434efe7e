"""What conditional models gain by being told the label, and what they gain besides."""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import COLOURS, INK
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.numbers.worth import label_worth

Filling = Literal["full", "none"]
KINDS: dict[str, tuple[str, Filling, float, str]] = {
    "worth": ("o", "full", -0.17, "worth of the label"),
    "gain": ("s", "none", 0.17, "gain of the density"),
}
"""Marker, its filling, its place beside the class, and what it is called."""
HALF = NormalDist().inv_cdf(0.975)
"""Of a 95% interval, in standard errors."""


@house_style()
def worth(pairs: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]]) -> Figure:
    """By class, mean worth of the label and mean gain of the density on the test images, with 95% intervals.

    Args:
        pairs: by conditional model, its likelihoods under each label, as in `CLASSIFIED`, and the scores of the
            model without labels that it is compared with.
    """
    figure = new_figure(3.6)
    panels = figure.subplots(1, len(pairs), sharey=True, squeeze=False)[0]
    for axes, (name, tables) in zip(panels, pairs.items(), strict=True):
        found = label_worth(*tables)
        _draw_digits(axes, found[found["set"] == "test"])
        axes.set(xlabel="class", xticks=range(10), title=fold(name, 3))
    panels[0].set_ylabel("nats an image")
    legend_below(figure, _handles())
    return figure


def _draw_digits(axes: Axes, found: pd.DataFrame) -> None:
    axes.axhline(0, color=INK, linewidth=0.8)
    for digit, part in found.groupby("digit"):
        place, colour = int(str(digit)), COLOURS[int(str(digit)) % len(COLOURS)]
        axes.hlines(part["ceiling"].iloc[0], place - 0.4, place + 0.4, color=INK, linewidth=1, linestyle=(0, (2, 1)))
        for kind, (marker, filling, aside, _) in KINDS.items():
            mean, half = part[kind].mean(), HALF * part[kind].std(ddof=1) / np.sqrt(len(part)) if len(part) > 1 else 0.0
            axes.vlines(place + aside, mean - half, mean + half, color=colour, linewidth=1.2)
            axes.plot(place + aside, mean, marker, color=colour, fillstyle=filling, markersize=5)
    axes.grid(axis="y")


def _handles() -> list[Line2D]:
    kinds = [
        Line2D([], [], color=INK, linestyle="", marker=marker, fillstyle=filling, label=label)
        for marker, filling, _, label in KINDS.values()
    ]
    return [
        *kinds,
        Line2D([], [], color=INK, linewidth=1, linestyle=(0, (2, 1)), label="ceiling of the worth, minus log p(y)"),
    ]
