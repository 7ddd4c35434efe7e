"""A table of images in shades of grey, with names of rows and columns."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes

from pipeline.figures.wall import INK, PAPER, TILE

LEVELS = 12
"""Shades of grey for a probability; more could not be distinguished and would make the file larger."""


def draw_board(
    axes: Axes,
    probability: Float[np.ndarray, "rows columns pixels"],
    labels: Sequence[str] = (),
    headings: Sequence[str] = (),
) -> None:
    """Draw square images in rows and columns, 1 black and 0 light grey.

    Args:
        axes: loses its spines; its ticks become the names of rows and columns.
        probability: that each pixel is 1, or the pixels themselves.
        labels: of the rows; none, or one per row.
        headings: of the columns; none, or one per column.
    """
    side = math.isqrt(probability.shape[-1])
    gap = max(1, side // 10)
    picture = _picture(shade(probability), side, gap)
    axes.imshow(picture, cmap="gray", vmin=INK, vmax=PAPER, interpolation="nearest", aspect="equal")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False, labelsize=8)
    places = [[(side + gap) * place + side / 2 for place in range(length)] for length in probability.shape[:2]]
    axes.set_yticks(places[0] if labels else [], list(labels))
    axes.set_xticks(places[1] if headings else [], list(headings))


def shade(probability: Float[np.ndarray, "*batch pixels"]) -> UInt8[np.ndarray, "*batch pixels"]:
    """Convert probabilities to grey levels: 0 is light grey and 1 black, as in a wall of binary images."""
    steps = np.round(probability.astype(np.float64) * (LEVELS - 1)) / (LEVELS - 1)
    return np.round(TILE + (INK - TILE) * steps).astype(np.uint8)


def _picture(
    shades: UInt8[np.ndarray, "rows columns pixels"], side: int, gap: int
) -> UInt8[np.ndarray, "height width"]:
    rows, columns, _ = shades.shape
    cells = np.full((rows, columns, side + gap, side + gap), PAPER, dtype=np.uint8)
    cells[:, :, :side, :side] = shades.reshape(rows, columns, side, side)
    return cells.transpose(0, 2, 1, 3).reshape(rows * (side + gap), columns * (side + gap))[:-gap, :-gap]
