"""A board of images in shades: row by row and column by column, each cell named by its row and its column."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes

from pipeline.figures.wall import INK, PAPER, TILE

LEVELS = 12
"""Shades of a probability: more are not told apart, and cost bytes."""


def draw_board(
    axes: Axes,
    chances: Float[np.ndarray, "rows columns pixels"],
    labels: Sequence[str] = (),
    headings: Sequence[str] = (),
) -> None:
    """Draw square images beside and under each other, 1 black and 0 light grey.

    Args:
        axes: loses its spines; its ticks are the names of rows and columns.
        chances: probabilities that the pixels are 1, or pixels themselves.
        labels: of the rows; none, or one a row.
        headings: of the columns; none, or one a column.
    """
    side = math.isqrt(chances.shape[-1])
    gap = max(1, side // 10)
    picture = _picture(shade(chances), side, gap)
    axes.imshow(picture, cmap="gray", vmin=INK, vmax=PAPER, interpolation="nearest", aspect="equal")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False, labelsize=8)
    places = [[(side + gap) * place + side / 2 for place in range(length)] for length in chances.shape[:2]]
    axes.set_yticks(places[0] if labels else [], list(labels))
    axes.set_xticks(places[1] if headings else [], list(headings))


def shade(chances: Float[np.ndarray, "*batch pixels"]) -> UInt8[np.ndarray, "*batch pixels"]:
    """Grey levels of probabilities: 0 is light grey and 1 black, as in a wall of binary images."""
    steps = np.round(chances.astype(np.float64) * (LEVELS - 1)) / (LEVELS - 1)
    return np.round(TILE + (INK - TILE) * steps).astype(np.uint8)


def _picture(
    shades: UInt8[np.ndarray, "rows columns pixels"], side: int, gap: int
) -> UInt8[np.ndarray, "height width"]:
    rows, columns, _ = shades.shape
    cells = np.full((rows, columns, side + gap, side + gap), PAPER, dtype=np.uint8)
    cells[:, :, :side, :side] = shades.reshape(rows, columns, side, side)
    return cells.transpose(0, 2, 1, 3).reshape(rows * (side + gap), columns * (side + gap))[:-gap, :-gap]
