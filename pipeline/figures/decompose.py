"""Decomposition of the mean and the variance of log p(x), and rank correlations between models."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import BAND, COLOURS, INK, Mark
from pipeline.figures.panels import TEXT, add_legend, key, panel_axes, panels_of
from pipeline.figures.rows import draw_intervals, draw_rows, draw_zero, label_x
from pipeline.figures.style import house_style, plain
from pipeline.investigations.decompose.tables import EVERY
from pipeline.numbers.decompose import PARTS

DASHED = (0, (2, 1))
MEAN = 0.4
"""Distance by which the mean over classes stands aside."""


@house_style()
def shares(estimates: pd.DataFrame, by_class: pd.DataFrame, mark: Mark) -> list[Figure]:
    """Draw -log p(x) by class, split into binarisation entropy and excess, and in another panel shares of the variance.

    Args:
        estimates: see `ESTIMATES`.
        by_class: means in nats; see `excess_by_class`.
        mark: of the model.
    """
    excess = panel_axes(2.75, title=f"mean over test images under {mark.label}", ylabel="class")
    _draw_excess(excess, by_class)
    variance = panel_axes(2.6, title="shares of the variance")
    _draw_shares(variance, estimates)
    return panels_of(excess, variance)


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
    places = {part: place + (MEAN if part == EVERY else 0) for place, part in enumerate(parts)}
    axes = panel_axes(2.4, xlabel="class", ylabel="rank correlation")
    for place in [*places.values()][::2]:
        axes.axvspan(place - 0.5, place + 0.5, color=BAND, linewidth=0)
    for lane, (name, mark) in enumerate(marks.items()):
        own = rows[rows["quantity"] == f"order.{name}"]
        x = [places[part] + 0.24 * (lane - (len(marks) - 1) / 2) for part in own["part"]]
        axes.vlines(x, own["low"], own["high"], color=mark.colour, linewidth=1.3)
        axes.plot(x, own["value"], mark.marker, color=mark.colour, markersize=4.5, label=mark.label)
    axes.set_xticks([*places.values()], ["mean" if part == EVERY else part for part in parts])
    axes.axhline(ceiling, color=INK, linewidth=1, linestyle=DASHED)
    axes.set_xlim(-0.5, max(places.values()) + 0.5)
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    label = "ceiling with other binary images"
    add_legend(axes, [*map(key, marks.values()), Line2D([], [], color=INK, linestyle=DASHED, label=label)])
    return panels_of(axes)


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
    axes.set_xlabel("minus log likelihood (nats per image);\nfilled: entropy of the coin flips")
    axes.grid(visible=False)


def _draw_shares(axes: Axes, estimates: pd.DataFrame) -> None:
    kinds = {
        "share": ("o", 0.0, COLOURS[0], "its share; the shares add up to 100%"),
        "alone": ("s", 0.22, COLOURS[1], "explained by it alone"),
    }
    quantities = estimates["quantity"]
    for quantity in quantities[quantities.str.startswith("share.")].unique():
        kinds[quantity] = ("^", -0.22, COLOURS[2], "its share in thresholded images")
    draw_rows(axes, list(PARTS.values()))
    for quantity, (marker, shift, colour, label) in kinds.items():
        own = estimates[(estimates["quantity"] == quantity) & estimates["part"].isin(list(PARTS))]
        y = [list(PARTS).index(part) + shift for part in own["part"]]
        value, low, high = (100 * own[column] for column in ("value", "low", "high"))
        draw_intervals(axes, y, value, low, high, colour, marker=marker, label=label)
    draw_zero(axes)
    label_x(axes, "share of the variance of log p(x) (per cent)")
    add_legend(axes, axes.get_legend_handles_labels()[0])
