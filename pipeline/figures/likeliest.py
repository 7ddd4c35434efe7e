"""Most and least likely images of every class."""

import math

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.figure import Figure

from pipeline.figures.palette import INK as BLACK
from pipeline.figures.palette import Mark
from pipeline.figures.style import fold, house_style, new_figure
from pipeline.figures.wall import Row, draw_wall, gap, pick, wall_height

FEWEST, MOST = 2, 12
"""Fewest and most images per row; with more there is no room for the captions."""


@house_style()
def likeliest(
    scores: pd.DataFrame,
    images: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    mark: Mark,
    count: int,
) -> Figure:
    """Draw test images of every class in the order of their log likelihood, the least likely on the left.

    Args:
        scores: of a model.
        images: binary images.
        ids: of the images.
        mark: of the model.
        count: images per row; a class with fewer test images shows all of them.
    """
    count = min(max(FEWEST, count), MOST)
    test = scores[scores["subset"] == "test"].sort_values(["log_likelihood", "id"])
    rows = [
        _row(str(label), test[test["label"] == label], images, ids, count) for label in sorted(test["label"].unique())
    ]
    figure = new_figure(wall_height(rows, count) + 0.4)
    axes = figure.subplots()
    draw_wall(axes, rows, count)
    side = math.isqrt(images.shape[1])
    axes.axvline(count // 2 * (side + gap(side)) - gap(side) / 2 - 0.5, color=BLACK, linewidth=1)
    note = "left of the line the least likely test images of each class, right of it the most likely"
    axes.set_title(fold(f"{note}; below, log likelihood under {mark.label} (nats)", 6.8))
    return figure


def ends(ordered: pd.DataFrame, count: int) -> pd.DataFrame:
    """Return the first count // 2 rows and the last ones, `count` in all; a shorter table is returned whole."""
    first = min(count // 2, len(ordered))
    last = min(count - count // 2, len(ordered) - first)
    return pd.concat([ordered.iloc[:first], ordered.iloc[len(ordered) - last :]])


def _row(
    label: str, ordered: pd.DataFrame, images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"], count: int
) -> Row:
    shown = ends(ordered, count)
    captions = tuple(f"{value:.0f}".replace("-", "\N{MINUS SIGN}") for value in shown["log_likelihood"])
    return Row(label, pick(images, ids, shown["id"].to_numpy()), captions)
