"""Images with captions in a panel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from pipeline.figures.board import draw_picture, relative_gap
from pipeline.figures.panels import LINE, TEXT
from pipeline.figures.style import PANEL, fold

LABEL = 0.22
"""Width of the labels of rows, in inches."""


@dataclass(frozen=True)
class TileRow:
    """Binary images side by side, each with a caption, which may have several lines."""

    images: UInt8[np.ndarray, "m pixels"]
    captions: tuple[str, ...]
    label: str = ""


def captioned(images: UInt8[np.ndarray, "m pixels"], captions: Sequence[str], columns: int) -> list[TileRow]:
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
    space = relative_gap(rows[0].images.shape[1])
    tile = (PANEL - left - 0.02) / (columns + space * (columns - 1))
    words = fold(title, PANEL - 0.1)
    top = 0.1 + LINE * (words.count("\n") + 1) if title else 0.03
    heights = [tile + LINE * _lines(row) + 0.08 for row in rows]
    figure = Figure(figsize=(PANEL, top + sum(heights) + 0.02))
    figure.set_label(title)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.text(0.02, 0.03, words, va="top", fontsize=TEXT)
    for row, height in zip(rows, heights, strict=True):
        width = tile * (len(row.images) + space * (len(row.images) - 1))
        draw_picture(axes, row.images[None], extent=(left, left + width, top + tile, top), aspect="auto")
        axes.text(left - 0.06, top + tile / 2, row.label, ha="right", va="center", fontsize=TEXT)
        for column, caption in enumerate(row.captions):
            middle = left + tile * (column * (1 + space) + 0.5)
            axes.text(middle, top + tile + 0.02, caption, ha="center", va="top", fontsize=TEXT, linespacing=1.15)
        top += height
    axes.set(xlim=(0, PANEL), ylim=(figure.get_figheight(), 0))
    return figure


def _lines(row: TileRow) -> int:
    return max(caption.count("\n") + 1 for caption in row.captions)
