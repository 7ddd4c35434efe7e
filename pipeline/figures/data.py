"""Figures of the data: how the holdouts are cut, their classes, and examples of their images."""

import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pipeline.data.subsets import SUBSETS
from pipeline.figures.palette import INK, REGION_COLOURS
from pipeline.figures.style import bin_count, house_style, new_figure, row_label
from pipeline.figures.wall import Row, draw_wall, pick, wall_height

SHOWN = tuple(name for name in SUBSETS if name != "validation")
"""Subsets of which examples are drawn; `validation` is a random draw from the same images as `train`."""


@house_style()
def sets(split: pd.DataFrame) -> Figure:
    """Draw how the holdouts are cut from the training file, and the share of each class in every subset.

    Above are histograms of the training file along both axes, by region; below is one row per subset.

    Args:
        split: columns label, official, pc1, pc1_within_class, subset, region; one row per image.
    """
    mix = _label_mix(split)
    figure = new_figure(3.3 + 0.24 * len(mix))
    grid = figure.add_gridspec(2, 2, height_ratios=[2.0, 0.24 * len(mix)])
    pool = split[split["official"] == "train"]
    left = figure.add_subplot(grid[0, 0])
    right = figure.add_subplot(grid[0, 1])
    _cut(left, pool, "pc1", "PC1")
    _cut(right, pool, "pc1_within_class", "within-class PC1")
    for threshold in _thresholds(pool):
        left.axvline(threshold, color=INK, linestyle="--", linewidth=0.9)
    left.set(title="cut by PC1", ylabel="images of the training file")
    right.set(title="cut by within-class PC1, class by class", ylabel="")
    handles = [Patch(facecolor=colour, label=name) for name, colour in REGION_COLOURS.items()]
    dashes = Line2D([], [], color=INK, linestyle="--", linewidth=0.9, label="threshold on PC1")
    figure.legend(handles=[*handles, dashes], loc="outside upper center", ncols=6, columnspacing=1.2)
    _draw_mix(figure.add_subplot(grid[1, :]), mix)
    return figure


@house_style()
def examples(
    images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"], split: pd.DataFrame, count: int
) -> Figure:
    """Draw binary images of every subset, evenly spaced by id, one row per subset.

    Args:
        images: binary images.
        ids: of the images.
        split: columns id and subset; one row per image.
        count: images per row; a smaller subset is shown whole.
    """
    rows = []
    for name in SHOWN:
        members = np.sort(split.loc[split["subset"] == name, "id"].to_numpy())
        if len(members):
            spaced = np.unique(np.linspace(0, len(members) - 1, count).round().astype(int))
            rows.append(Row(name, pick(images, ids, members[spaced])))
    figure = new_figure(wall_height(rows, count) + 0.15)
    draw_wall(figure.subplots(), rows, count)
    return figure


def _cut(axes: Axes, pool: pd.DataFrame, column: str, label: str) -> None:
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
    axes.set_xlabel(label)


def _thresholds(pool: pd.DataFrame) -> list[float]:
    """Return the last value of the low tail of PC1 and the first of the high one, of those tails that have images."""
    low = pool.loc[pool["region"] == "pc1-low", "pc1"]
    high = pool.loc[pool["region"] == "pc1-high", "pc1"]
    return [*([low.max()] if len(low) else []), *([high.min()] if len(high) else [])]


def _label_mix(split: pd.DataFrame) -> pd.DataFrame:
    """Return the per cent of each class in each subset, one row per subset, labelled with its number of images."""
    counts = pd.crosstab(split["subset"].astype(str), split["label"])
    counts = counts.reindex([name for name in SUBSETS if name in counts.index])
    images = counts.sum(axis=1)
    mix = 100 * counts.div(images, axis=0)
    return mix.set_axis([row_label(str(name), images[name]) for name in mix.index])


def _draw_mix(axes: Axes, mix: pd.DataFrame) -> None:
    sns.heatmap(
        mix,
        annot=mix.map(_per_cent),
        fmt="",
        annot_kws={"fontsize": 8},
        cmap="Blues",
        vmin=0,
        vmax=100,
        cbar=False,
        linewidths=1,
        linecolor="white",
        ax=axes,
    )
    axes.set(title="share of each class in a subset (%)", xlabel="class", ylabel="")
    axes.tick_params(length=0, rotation=0)


def _per_cent(share: float) -> str:
    if share == 0:
        return "0"
    return "<1" if share < 1 else f"{share:.0f}"
