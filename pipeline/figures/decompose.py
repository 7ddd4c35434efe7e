"""Decomposition of the mean and the variance of log p(x), and rank correlations between models."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from pipeline.figures.palette import BAND, COLOURS, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.investigations.decompose.tables import EVERY

LABELS = {
    "binarization_entropy": "binarisation entropy",
    "ink": "expected ones",
    "label": "class",
    "axes": "principal axes",
    "binarization": "binarisation",
    "rest": "rest",
}
"""Labels of the parts of the variance, in their order from above."""


@house_style()
def shares(estimates: pd.DataFrame, by_class: pd.DataFrame, mark: Mark) -> Figure:
    """Draw -log p(x) by class, split into binarisation entropy and excess (left), and shares of the variance (right).

    Args:
        estimates: see `ESTIMATES`.
        by_class: means in nats; see `excess_by_class`.
        mark: of the model.
    """
    figure = new_figure(3.7)
    left, right = figure.subplots(1, 2)
    _draw_excess(left, by_class)
    _draw_shares(right, estimates)
    left.set_title(fold(f"mean over test images under {mark.label}", 3.2))
    right.set_title("shares of the variance")
    legend_below(figure, right.get_legend_handles_labels()[0])
    return figure


@house_style()
def orders(estimates: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw the rank correlation of log p(x) under one model with that under others, by class, with intervals.

    Args:
        estimates: see `ESTIMATES`.
        marks: of the other models.
    """
    figure = new_figure(2.6)
    axes = figure.subplots()
    rows = estimates[estimates["quantity"].str.startswith("order.")]
    parts = [part for part in [*map(str, range(len(COLOURS))), EVERY] if part in set(rows["part"])]
    for place in range(0, len(parts), 2):
        axes.axvspan(place - 0.5, place + 0.5, color=BAND, linewidth=0)
    for lane, (name, mark) in enumerate(marks.items()):
        own = rows[rows["quantity"] == f"order.{name}"]
        x = [parts.index(part) + 0.24 * (lane - (len(marks) - 1) / 2) for part in own["part"]]
        axes.vlines(x, own["low"], own["high"], color=mark.colour, linewidth=1.3)
        axes.plot(x, own["value"], mark.marker, color=mark.colour, markersize=4.5, label=mark.label)
    axes.set_xticks(range(len(parts)), ["mean" if part == EVERY else part for part in parts])
    axes.set_xlim(-0.5, len(parts) - 0.5)
    axes.set(xlabel="class", ylabel="rank correlation")
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")
    legend_below(figure, axes.get_legend_handles_labels()[0])
    return figure


def _draw_excess(axes: Axes, by_class: pd.DataFrame) -> None:
    places = [int(label) for label in by_class.index]
    colours = [COLOURS[place] for place in places]
    entropy, excess = by_class["binarization_entropy"], by_class["excess_nats"]
    axes.barh(places, entropy, color=colours, height=0.72)
    axes.barh(places, excess, left=entropy, color=[to_rgba(colour, 0.35) for colour in colours], height=0.72)
    axes.hlines(places, entropy + by_class["low"], entropy + by_class["high"], color=INK, linewidth=1)
    for place, value, end in zip(places, excess, entropy + by_class["high"], strict=True):
        axes.annotate(f"+{value:.1f}", (end, place), (3, 0), textcoords="offset points", va="center", fontsize=8)
    axes.margins(x=0.14)
    axes.set_yticks(places, [str(place) for place in places])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set(ylabel="class", xlabel=fold("minus log likelihood (nats); dark: entropy of the binarisation", 3.0))


def _draw_shares(axes: Axes, estimates: pd.DataFrame) -> None:
    kinds = {"share": ("o", 0.0, COLOURS[0], "its share; the shares add up to 100%")}
    kinds["alone"] = ("s", 0.22, COLOURS[1], "explained by it alone")
    quantities = estimates["quantity"]
    for quantity in quantities[quantities.str.startswith("share.")].unique():
        kinds[quantity] = ("^", -0.22, COLOURS[2], "its share in thresholded images")
    for quantity, (marker, shift, colour, label) in kinds.items():
        own = estimates[(quantities == quantity) & estimates["part"].isin(list(LABELS))]
        y = [list(LABELS).index(part) + shift for part in own["part"]]
        axes.hlines(y, 100 * own["low"], 100 * own["high"], color=colour, linewidth=1.3)
        axes.plot(100 * own["value"], y, marker, color=colour, markersize=4.5, label=label)
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.set_yticks(range(len(LABELS)), list(LABELS.values()))
    axes.set_ylim(len(LABELS) - 0.5, -0.5)
    axes.set_xlabel(fold("share of the variance of log p(x) over test images (%)", 2.6))
    axes.tick_params(axis="y", length=0)
    axes.grid()
