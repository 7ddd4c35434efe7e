"""Rows of binary images, all of the same size."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes

from pipeline.figures.style import WIDTH

PAPER, TILE, INK = 255, 238, 0
"""Grey levels of the space between the images, of a pixel 0 and of a pixel 1."""

FEWEST_COLUMNS = 8
"""Smallest number of columns; fewer images per row are not drawn larger."""

CAPTION = 0.19
"""Height in inches of the caption under an image."""


@dataclass(frozen=True)
class Row:
    """Binary images side by side, with a label for the row and a caption for each image."""

    label: str
    images: UInt8[np.ndarray, "m pixels"]
    captions: tuple[str, ...] = ()


def pick(
    images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"], wanted: Sequence[int] | np.ndarray
) -> UInt8[np.ndarray, "m pixels"]:
    """Return the images with the wanted ids, in that order."""
    order = np.argsort(ids)
    return images[order[np.searchsorted(ids, wanted, sorter=order)]]


def wall_height(rows: Sequence[Row], columns: int) -> float:
    """Return the height in inches that `draw_wall` needs for its rows, without a title."""
    return sum(_tile(row, columns) * (1 if row.captions else 1.1) + (CAPTION if row.captions else 0) for row in rows)


def draw_wall(axes: Axes, rows: Sequence[Row], columns: int) -> None:
    """Draw rows of images, black on light grey, at most `columns` images per row.

    Args:
        axes: loses its spines and gets the rows' labels as ticks.
        rows: images of any square size, the same in all rows.
        columns: number of images for which a row has room.
    """
    side = math.isqrt(rows[0].images.shape[1])
    strips = [_strip(row, columns, side) for row in rows]
    tops = np.cumsum([0, *(len(strip) for strip in strips)])
    axes.imshow(np.concatenate(strips), cmap="gray", vmin=INK, vmax=PAPER, interpolation="nearest")
    axes.set_anchor("W")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.set_yticks([top + side / 2 for top in tops[:-1]], [row.label for row in rows])
    for top, row in zip(tops, rows, strict=False):
        for column, caption in enumerate(row.captions):
            place = column * (side + gap(side)) + side / 2
            axes.text(place, top + side, caption, ha="center", va="top", fontsize=8)


def _strip(row: Row, columns: int, side: int) -> UInt8[np.ndarray, "height width"]:
    """Return one row as one picture, with the space below it."""
    white = gap(side)
    below = math.ceil(side * CAPTION / _tile(row, columns)) if row.captions else white
    pitch = side + white
    strip = np.full((side + below, max(columns, FEWEST_COLUMNS) * pitch - white), PAPER, dtype=np.uint8)
    for column, image in enumerate(row.images[:columns]):
        left = column * pitch
        strip[:side, left : left + side] = np.where(image.reshape(side, side) == 1, INK, TILE)
    return strip


def gap(side: int) -> int:
    """Return the number of white pixels between images of `side` pixels per side."""
    return max(1, side // 10)


def _tile(row: Row, columns: int) -> float:
    """Return the approximate width in inches of an image beside the row's label."""
    return (0.86 if row.label else 0.97) * WIDTH / (1.1 * max(columns, FEWEST_COLUMNS))
