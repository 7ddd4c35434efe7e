"""Decomposition of the mean and the variance of log p(x), and rank correlations between models."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import BAND, COLOURS, INK, Mark, darkened
from pipeline.figures.rows import (
    LINE,
    TEXT,
    colour_of,
    draw_rows,
    draw_zero,
    folded,
    head,
    label_x,
    legend,
    legend_height,
    lines_of,
    new_axes,
    plain,
)
from pipeline.figures.style import house_style
from pipeline.investigations.decompose.tables import EVERY

LABELS = {
    "binarisation_entropy": "binarisation entropy",
    "ink": "expected ones",
    "label": "class",
    "axes": "principal axes",
    "binarisation": "binarisation",
    "rest": "rest",
}
"""Labels of the parts of the variance, in their order from above."""
DASHED = (0, (2, 1))


@house_style()
def shares(estimates: pd.DataFrame, by_class: pd.DataFrame, mark: Mark) -> list[Figure]:
    """Draw -log p(x) by class, split into binarisation entropy and excess, and in another panel shares of the variance.

    Args:
        estimates: see `ESTIMATES`.
        by_class: means in nats; see `excess_by_class`.
        mark: of the model.
    """
    title = f"mean over test images under {mark.label}"
    left, axes = new_axes(2.6 + LINE * lines_of(title))
    _draw_excess(axes, by_class)
    head(left, title)
    kinds = _kinds(estimates)
    labels = [label for *_, label in kinds.values()]
    right, axes = new_axes(2.6 + legend_height(labels))
    _draw_shares(axes, estimates, kinds)
    head(right, "shares of the variance")
    legend(right, axes.get_legend_handles_labels()[0])
    return [left, right]


@house_style()
def orders(estimates: pd.DataFrame, marks: Mapping[str, Mark], ceiling: float) -> list[Figure]:
    """Draw the rank correlation of log p(x) under one model with that under others, by class, with intervals.

    Args:
        estimates: see `ESTIMATES`.
        marks: of the other models.
        ceiling: correlation within a class of the log likelihoods of one binarisation with the mean over all of them,
            which limits the agreement with a model that does not see the same binarisation.
    """
    rows = estimates[estimates["quantity"].str.startswith("order.")]
    parts = [part for part in [*map(str, range(len(COLOURS))), EVERY] if part in set(rows["part"])]
    handles = [
        Line2D(
            [],
            [],
            color=colour_of(mark),
            marker=mark.marker,
            linewidth=1.3,
            markersize=4.5,
            label=folded(mark.label, 0.9),
        )
        for mark in marks.values()
    ]
    handles.append(Line2D([], [], color=INK, linewidth=1, linestyle=DASHED, label="ceiling with other binary images"))
    figure, axes = new_axes(2.4 + legend_height([str(one.get_label()) for one in handles]))
    for place in range(0, len(parts), 2):
        axes.axvspan(place - 0.5, place + 0.5, color=BAND, linewidth=0)
    for lane, (name, mark) in enumerate(marks.items()):
        own = rows[rows["quantity"] == f"order.{name}"]
        x = [parts.index(part) + 0.24 * (lane - (len(marks) - 1) / 2) for part in own["part"]]
        axes.vlines(x, own["low"], own["high"], color=colour_of(mark), linewidth=1.3)
        axes.plot(x, own["value"], mark.marker, color=colour_of(mark), markersize=4.5, label=mark.label)
    axes.set_xticks(range(len(parts)), ["mean" if part == EVERY else part for part in parts])
    axes.axhline(ceiling, color=INK, linewidth=1, linestyle=DASHED)
    axes.set_xlim(-0.5, len(parts) - 0.5)
    axes.set(xlabel="class", ylabel="rank correlation")
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")
    legend(figure, handles)
    return [figure]


def _draw_excess(axes: Axes, by_class: pd.DataFrame) -> None:
    places = [int(label) for label in by_class.index]
    entropy, excess = by_class["binarisation_entropy"], by_class["excess_nats"]
    axes.barh(places, entropy, color=COLOURS[0], edgecolor=COLOURS[0], linewidth=0.9, height=0.72)
    axes.barh(places, excess, left=entropy, color="white", edgecolor=COLOURS[0], linewidth=0.9, height=0.72)
    axes.hlines(places, entropy + by_class["low"], entropy + by_class["high"], color=INK, linewidth=1)
    for place, value, end in zip(places, excess, entropy + by_class["high"], strict=True):
        axes.annotate(
            plain(value, 1, signed=True), (end, place), (3, 0), textcoords="offset points", va="center", fontsize=TEXT
        )
    axes.margins(x=0.17)
    axes.set_yticks(places, [str(place) for place in places])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set(ylabel="class", xlabel="minus log likelihood (nats per image);\nfilled: entropy of the binarisation")


def _kinds(estimates: pd.DataFrame) -> dict[str, tuple[str, float, str, str]]:
    """Return marker, offset, colour and label of every kind of share that the estimates have."""
    kinds = {
        "share": ("o", 0.0, COLOURS[0], "its share; the shares add up to 100%"),
        "alone": ("s", 0.22, darkened(COLOURS[1]), "explained by it alone"),
    }
    quantities = estimates["quantity"]
    for quantity in quantities[quantities.str.startswith("share.")].unique():
        kinds[quantity] = ("^", -0.22, darkened(COLOURS[2]), "its share in thresholded images")
    return kinds


def _draw_shares(axes: Axes, estimates: pd.DataFrame, kinds: Mapping[str, tuple[str, float, str, str]]) -> None:
    draw_rows(axes, list(LABELS.values()))
    for quantity, (marker, shift, colour, label) in kinds.items():
        own = estimates[(estimates["quantity"] == quantity) & estimates["part"].isin(list(LABELS))]
        y = [list(LABELS).index(part) + shift for part in own["part"]]
        axes.hlines(y, 100 * own["low"], 100 * own["high"], color=colour, linewidth=1.3)
        axes.plot(100 * own["value"], y, marker, color=colour, markersize=4.5, label=label)
    draw_zero(axes)
    label_x(axes, "share of the variance of log p(x) (per cent)")
