"""Paired differences of log likelihood between models on test images, by region."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import INK, Mark
from pipeline.figures.rows import (
    LINE,
    difference_range,
    draw_rows,
    draw_zero,
    head,
    label_x,
    lines_of,
    new_axes,
    scale_differences,
)
from pipeline.figures.style import house_style, row_label
from pipeline.likelihood.subset_means import WHOLE

ROWS = {WHOLE: "test", **{region: region for region in REGIONS}}
"""Region of each row, in the order of the rows, and the label of the row."""


@house_style()
def differences(pairs: pd.DataFrame, marks: Mapping[str, Mark]) -> list[Figure]:
    """Draw paired differences between models on test images by region, in nats per image, one panel per pair.

    No model has seen these images, and all have been scored on them. All panels have the same rows and the same scale.

    Args:
        pairs: columns model_a, model_b, subset, region (`all` for a whole subset), difference, low, high,
            images; a pair of models without marks is left out.
        marks: of the models.
    """
    pairs = pairs[pairs["model_a"].isin(list(marks)) & pairs["model_b"].isin(list(marks)) & (pairs["subset"] == "test")]
    rows = _rows(pairs)
    limits = difference_range(pairs["low"].min(), pairs["high"].max())
    compared = pairs.drop_duplicates(["model_a", "model_b"])[["model_a", "model_b"]].itertuples(index=False)
    most = max((lines_of(f"{marks[a].label} minus {marks[b].label}") for a, b in compared), default=1)
    panels = []
    for (model_a, model_b), table in pairs.groupby(["model_a", "model_b"], sort=False):
        title = f"{marks[str(model_a)].label} minus {marks[str(model_b)].label}"
        figure, axes = new_axes(0.6 + LINE * most + 0.19 * len(rows))
        _draw_pair(axes, table, rows)
        scale_differences(axes, limits)
        head(figure, title, most)
        panels.append(figure)
    return panels


def _rows(pairs: pd.DataFrame) -> dict[str, str]:
    """Return the rows that some pair has, with their labels, which include the number of images."""
    images = dict(zip(pairs["region"].astype(str), pairs["images"], strict=True))
    return {region: row_label(name, images[region]) for region, name in ROWS.items() if region in images}


def _draw_pair(axes: Axes, table: pd.DataFrame, rows: Mapping[str, str]) -> None:
    """Draw one dot per row with its interval: filled where the interval leaves out zero."""
    draw_rows(axes, list(rows.values()))
    draw_zero(axes)
    numbers = table[["difference", "low", "high"]].to_numpy(float)
    for region, (difference, low, high) in zip(table["region"].astype(str), numbers, strict=True):
        y = list(rows).index(region)
        clear = low > 0 or high < 0
        axes.plot([low, high], [y, y], color=INK, linewidth=1.3, solid_capstyle="butt")
        axes.plot(difference, y, "o", color=INK, markersize=4.5, markerfacecolor=INK if clear else "white")
    label_x(axes, "mean difference (nats per image)")
