"""Training curves."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from pipeline.figures.palette import INK, Mark
from pipeline.figures.style import house_style, legend_below, new_figure

FIRST_EPOCHS = 0.1
"""Share of each model's epochs, the first ones, that the range of the figure ignores so that the rest is legible."""


class Curve(NamedTuple):
    """A column of the history, its label and its line style."""

    column: str
    label: str
    linestyle: Literal["-", "--"]
    linewidth: float


CURVES = (Curve("validation_elbo", "validation", "-", 1.4), Curve("train_elbo", "training", "--", 0.9))


@house_style()
def training(history: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw training and validation ELBO of every model against the epoch, in nats per image.

    Args:
        history: columns model, epoch, train_elbo, validation_elbo.
        marks: of the models.
    """
    figure = new_figure(4.0)
    axes = figure.subplots()
    for name, mark in marks.items():
        own = history[history["model"] == name]
        dot = "." if len(own) == 1 else ""
        for column, _, style, width in CURVES:
            axes.plot(own["epoch"], own[column], color=mark.colour, linestyle=style, linewidth=width, marker=dot)
    low, high = _limits(history)
    axes.set_ylim(low - 0.04 * (high - low) - 1e-3, high + 0.04 * (high - low) + 1e-3)
    axes.set(xlabel="epoch", ylabel="ELBO (nats per image)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid()
    legend_below(figure, _handles(marks))
    return figure


def _limits(history: pd.DataFrame) -> tuple[float, float]:
    """Return the range of both curves after the first epochs."""
    last = history.groupby("model")["epoch"].transform("max")
    settled = history.loc[history["epoch"] > FIRST_EPOCHS * last, [curve.column for curve in CURVES]]
    return float(settled.min().min()), float(settled.max().max())


def _handles(marks: Mapping[str, Mark]) -> list[Line2D]:
    models = [Line2D([], [], color=mark.colour, linewidth=2.5, label=mark.label) for mark in marks.values()]
    kinds = [
        Line2D([], [], color=INK, linestyle=style, linewidth=width, label=label) for _, label, style, width in CURVES
    ]
    return models + kinds
