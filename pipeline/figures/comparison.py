"""Two models compared image by image."""

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from pipeline.data.subsets import HOLDOUTS
from pipeline.figures.board import pick
from pipeline.figures.boxes import draw_boxes
from pipeline.figures.palette import FAINT, INK, Mark
from pipeline.figures.panels import TEXT, figure_of, panel_axes, panels_of
from pipeline.figures.rows import draw_zero, label_x
from pipeline.figures.style import house_style, plain
from pipeline.figures.tiles import captioned, draw_tiles

COLUMNS = 5
"""Images per row of a panel."""
HEXAGONS = 20
"""Number of hexagons across the panel."""
COUNTS = LinearSegmentedColormap.from_list("counts", ["#6FA8D6", "#0072B2", "#062A45"])
"""Colours of one image and of the most."""


@house_style()
def scatter(paired: pd.DataFrame, mark_a: Mark, mark_b: Mark) -> list[Figure]:
    """Draw the gain of the second model over the first for holdout images, against their mean and by class.

    Args:
        paired: columns label, subset, a, b: log likelihood in nats under the first and second model.
        mark_a: of the first model.
        mark_b: of the second model.

    Returns:
        A panel of hexagons with the number of images whose two log likelihoods have about this mean and this
        difference, and a panel of boxes of the difference.
    """
    holdout = paired[paired["subset"].isin(HOLDOUTS)]
    gain, label = holdout["b"] - holdout["a"], f"{mark_b.label} minus {mark_a.label}"
    single = panel_axes(3.2, title=f"{len(holdout):,} holdout images", ylabel=f"{label} (nats)")
    _draw_hexagons(single, (holdout["a"] + holdout["b"]) / 2, gain)
    label_x(single, "mean of the log likelihoods under both (nats)")
    classes = panel_axes(3.2, title="the same images by class", xlabel=f"{label} (nats per image)", ylabel="class")
    draw_boxes(classes, gain, holdout["label"], whiskers=1.5)
    draw_zero(classes)
    return panels_of(single, classes)


@house_style()
def gains(
    paired: pd.DataFrame,
    images: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    labels: tuple[str, str],
) -> list[Figure]:
    """Draw of every class the holdout image whose log likelihood gains most from the second model, and the one least.

    Args:
        paired: columns id, label, subset, a, b: log likelihood in nats under the first and second model.
        images: binary images.
        ids: of the images.
        labels: of the first and the second model.

    Returns:
        A panel of the largest gains and one of the smallest.
    """
    holdout = paired[paired["subset"].isin(HOLDOUTS)]
    ordered = holdout.assign(gain=holdout["b"] - holdout["a"]).sort_values("gain", kind="stable")
    kinds = {"most": ordered[::-1], "least": ordered}
    return [
        gain_panel(f"{labels[1]} gains {kind} over {labels[0]} (nats)", first_of_each_class(own), images, ids)
        for kind, own in kinds.items()
    ]


def first_of_each_class(table: pd.DataFrame) -> pd.DataFrame:
    """Return the first row of every class, by class."""
    return table.groupby("label", sort=False).head(1).sort_values("label")


def gain_panel(
    title: str, shown: pd.DataFrame, images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"]
) -> Figure:
    """Draw images with the gain of each below it.

    Args:
        title: of the panel.
        shown: id and gain in nats of each image, in their order.
        images: binary images.
        ids: of the images.
    """
    captions = [plain(gain, 1, signed=True) for gain in shown["gain"]]
    return draw_tiles(title, captioned(pick(images, ids, shown["id"].to_numpy()), captions, COLUMNS), COLUMNS)


def pair_up(scores_a: pd.DataFrame, scores_b: pd.DataFrame) -> pd.DataFrame:
    """Return the images that both models scored: id, label, subset, and log likelihoods a and b in nats."""
    second = scores_b.set_index("id")["log_likelihood"].rename("b")
    first = scores_a[["id", "label", "subset", "log_likelihood"]].rename(columns={"log_likelihood": "a"})
    return first.join(second, on="id", how="inner").sort_values("id", ignore_index=True)


def _draw_hexagons(axes: Axes, mean: "pd.Series[float]", gain: "pd.Series[float]") -> None:
    """Draw hexagons in the colour of their number of images, with the line of equal likelihood."""
    drawn = axes.hexbin(mean, gain, gridsize=HEXAGONS, mincnt=1, cmap=COUNTS, linewidths=0)
    most = max(2.0, float(np.max(np.asarray(drawn.get_array()))))
    drawn.set_norm(LogNorm(1, most))
    axes.axhline(0, color=INK, linewidth=0.9)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda value, _: plain(value))
    bar = figure_of(axes).colorbar(drawn, ax=axes, location="top", aspect=30, shrink=0.6, anchor=(1, 0), pad=0.01)
    bar.outline.set_edgecolor(FAINT)
    bar.ax.xaxis.set_major_locator(LogLocator(10))
    bar.ax.xaxis.set_minor_locator(NullLocator())
    bar.ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    bar.ax.tick_params(labelsize=TEXT, length=2)
    bar.set_label("images", fontsize=TEXT, labelpad=2)
