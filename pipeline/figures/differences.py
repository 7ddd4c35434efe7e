"""Paired differences of log likelihood between models on test images, by region."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import INK, Mark
from pipeline.figures.panels import lines_of, panel_axes, panels_of
from pipeline.figures.rows import difference_range, draw_intervals, draw_rows, draw_zero, label_x, scale_differences
from pipeline.figures.style import house_style
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
    found = {
        f"{marks[str(a)].label} minus {marks[str(b)].label}": table
        for (a, b), table in pairs.groupby(["model_a", "model_b"], sort=False)
    }
    most = max(map(lines_of, found), default=1)
    panels = []
    for title, table in found.items():
        axes = panel_axes(0.75 + 0.19 * len(rows), title=title, lines=most)
        _draw_pair(axes, table, rows)
        scale_differences(axes, limits)
        panels.append(axes)
    return panels_of(*panels)


def _rows(pairs: pd.DataFrame) -> dict[str, str]:
    """Return the rows that some pair has, with their labels, which include the number of images."""
    images = dict(zip(pairs["region"].astype(str), pairs["images"], strict=True))
    return {region: f"{name} ({images[region]:,})" for region, name in ROWS.items() if region in images}


def _draw_pair(axes: Axes, table: pd.DataFrame, rows: Mapping[str, str]) -> None:
    """Draw one dot per row with its interval: filled where the interval leaves out zero."""
    draw_rows(axes, list(rows.values()))
    draw_zero(axes)
    numbers = table[["difference", "low", "high"]].to_numpy(float)
    for region, (difference, low, high) in zip(table["region"].astype(str), numbers, strict=True):
        clear = low > 0 or high < 0
        row = list(rows).index(region)
        draw_intervals(axes, row, difference, low, high, markerfacecolor=INK if clear else "white")
    label_x(axes, "mean difference (nats per image)")
