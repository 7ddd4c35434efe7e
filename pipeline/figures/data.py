"""Figures of the data: how the holdouts are cut, and examples of their images."""

import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pipeline.data.subsets import SUBSETS
from pipeline.figures.board import board_panel, in_rows, pick
from pipeline.figures.palette import INK, REGION_COLOURS
from pipeline.figures.panels import add_legend, panel_axes, panels_of
from pipeline.figures.style import bin_count, house_style

SHOWN = tuple(name for name in SUBSETS if name != "validation")
"""Subsets of which examples are drawn; `validation` is a random draw from the same images as `train`."""

HEIGHT = 2.7
"""Height of the panels of `sets`, in inches, without the legend."""

COLUMNS = 10
"""Examples per row."""


@house_style()
def sets(split: pd.DataFrame) -> list[Figure]:
    """Draw how the holdouts are cut: the training file along both axes, and along the second one class by class.

    Args:
        split: columns label, official, pc1, pc1_within_class and region; one row per image.
    """
    pool = split[split["official"] == "train"]
    first = panel_axes(HEIGHT, title="cut by PC1", xlabel="PC1", ylabel="images of the training file")
    second = panel_axes(HEIGHT, title="cut by within-class PC1", xlabel="within-class PC1", ylabel="images")
    classes = panel_axes(HEIGHT, title="the same, class by class", xlabel="within-class PC1", ylabel="class")
    _histogram(first, pool, "pc1")
    _histogram(second, pool, "pc1_within_class")
    for threshold in _thresholds(pool):
        first.axvline(threshold, color=INK, linestyle="--", linewidth=0.9)
    _draw_classes(classes, pool)
    classes.set_xlim(second.get_xlim())
    handles = [Patch(facecolor=colour, label=name) for name, colour in REGION_COLOURS.items()]
    add_legend(first, [*handles, Line2D([], [], color=INK, linestyle="--", linewidth=0.9, label="threshold")])
    return panels_of(first, second, classes)


@house_style()
def examples(
    images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"], split: pd.DataFrame, count: int
) -> list[Figure]:
    """Draw binary images of every subset, evenly spaced by id, one panel per subset.

    Args:
        images: binary images.
        ids: of the images.
        split: columns id and subset; one row per image.
        count: images per subset; a smaller subset is shown whole.
    """
    panels = []
    for name in SHOWN:
        members = np.sort(split.loc[split["subset"] == name, "id"].to_numpy())
        if len(members):
            spaced = np.unique(np.linspace(0, len(members) - 1, count).round().astype(int))
            panels.append(board_panel({name: in_rows(pick(images, ids, members[spaced]), COLUMNS)}))
    return panels


def _histogram(axes: Axes, pool: pd.DataFrame, column: str) -> None:
    label = axes.get_xlabel(), axes.get_ylabel()
    sns.histplot(
        pool.assign(region=pool["region"].astype(str)),
        x=column,
        hue="region",
        hue_order=list(REGION_COLOURS),
        palette=REGION_COLOURS,
        multiple="stack",
        element="step",
        bins=bin_count(len(pool)),
        linewidth=0,
        alpha=1,
        legend=False,
        ax=axes,
    )
    axes.set(xlabel=label[0], ylabel=label[1])


def _draw_classes(axes: Axes, pool: pd.DataFrame) -> None:
    """Draw one row per class: the range of both tails, and between them that of all images that are in neither."""
    labels = sorted(pool["label"].unique())
    for label in labels:
        own = pool[pool["label"] == label]
        tails = {name: own.loc[own["region"] == name, "pc1_within_class"] for name in ("within-low", "within-high")}
        low, high = tails["within-low"], tails["within-high"]
        between = own.loc[~own["region"].isin(list(tails)), "pc1_within_class"]
        ends = [low.max() if len(low) else between.min(), high.min() if len(high) else between.max()]
        axes.plot(ends, [label, label], color=REGION_COLOURS["centre"], linewidth=5, solid_capstyle="butt")
        for name, values in tails.items():
            if len(values):
                span = [values.min(), values.max()]
                axes.plot(
                    span, [label, label], color=REGION_COLOURS[name], linewidth=5, solid_capstyle="butt", label=name
                )
    axes.set_yticks(labels, [str(label) for label in labels])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _thresholds(pool: pd.DataFrame) -> list[float]:
    """Return the last value of the low tail of PC1 and the first of the high one, of those tails that have images."""
    low = pool.loc[pool["region"] == "pc1-low", "pc1"]
    high = pool.loc[pool["region"] == "pc1-high", "pc1"]
    return [*([low.max()] if len(low) else []), *([high.min()] if len(high) else [])]
