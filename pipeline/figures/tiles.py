"""Images with captions in a panel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from pipeline.figures.rows import LINE, TEXT
from pipeline.figures.style import PANEL, fold

GROUND, ONE = 238, 0
"""Grey levels of a pixel that is 0 and of one that is 1."""
GAP = 0.12
"""Space between images, as a share of an image's width."""
LABEL = 0.22
"""Width of the labels of rows, in inches."""


@dataclass(frozen=True)
class TileRow:
    """Binary images side by side, each with a caption, which may have several lines."""

    images: UInt8[np.ndarray, "m pixels"]
    captions: tuple[str, ...]
    label: str = ""


def in_rows(images: UInt8[np.ndarray, "m pixels"], captions: Sequence[str], columns: int) -> list[TileRow]:
    """Return images and their captions in rows of at most `columns`."""
    starts = range(0, len(images), columns)
    return [TileRow(images[one : one + columns], tuple(captions[one : one + columns])) for one in starts]


def draw_tiles(title: str, rows: Sequence[TileRow], columns: int) -> Figure:
    """Draw a panel of rows of binary images, with a title above and a caption below each image.

    All places are in inches, in axes that cover the panel, from the top. What lies between the images is transparent.

    Args:
        title: of the panel; broken into lines.
        rows: images of one square size.
        columns: number of images for which a row has room.
    """
    left = LABEL if any(row.label for row in rows) else 0.02
    tile = (PANEL - left - 0.02) / (columns + GAP * (columns - 1))
    words = fold(title, PANEL - 0.1)
    top = 0.1 + LINE * (words.count("\n") + 1) if title else 0.03
    heights = [tile + LINE * _lines(row) + 0.08 for row in rows]
    figure = Figure(figsize=(PANEL, top + sum(heights) + 0.02))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.text(0.02, 0.03, words, va="top", fontsize=TEXT)
    for row, height in zip(rows, heights, strict=True):
        strip = _strip(row)
        width = tile * (len(row.images) + GAP * (len(row.images) - 1))
        axes.imshow(strip, extent=(left, left + width, top + tile, top), aspect="auto", interpolation="nearest")
        axes.text(left - 0.06, top + tile / 2, row.label, ha="right", va="center", fontsize=TEXT)
        for column, caption in enumerate(row.captions):
            middle = left + tile * (column * (1 + GAP) + 0.5)
            axes.text(middle, top + tile + 0.02, caption, ha="center", va="top", fontsize=TEXT, linespacing=1.15)
        top += height
    axes.set(xlim=(0, PANEL), ylim=(figure.get_figheight(), 0))
    return figure


def _lines(row: TileRow) -> int:
    return max(caption.count("\n") + 1 for caption in row.captions)


def _strip(row: TileRow) -> UInt8[np.ndarray, "height width 4"]:
    """Return the images of a row side by side, as grey levels with an opacity.

    Each pixel becomes several, so that the space between the images is the same share of their width at any size.
    """
    side = math.isqrt(row.images.shape[1])
    zoom = math.ceil(56 / side)
    size, gap = zoom * side, round(GAP * zoom * side)
    strip = np.zeros((size, len(row.images) * (size + gap) - gap, 4), np.uint8)
    for place, image in enumerate(row.images):
        own = strip[:, place * (size + gap) : place * (size + gap) + size]
        large = np.kron(image.reshape(side, side), np.ones((zoom, zoom), np.uint8))
        own[..., :3] = np.where(large == 1, ONE, GROUND)[..., None]
        own[..., 3] = 255
    return strip
