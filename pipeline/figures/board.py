"""A table of images in shades of grey, with names of rows and columns."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes

from pipeline.figures.wall import INK, PAPER, TILE, gap, transparent

LEVELS = 12
"""Shades of grey for a probability; more could not be distinguished and would make the file larger."""

SIZE = 9.0
"""Size of the names of rows and columns, in points."""


def draw_board(
    axes: Axes,
    probability: Float[np.ndarray, "rows columns pixels"],
    labels: Sequence[str] = (),
    headings: Sequence[str] = (),
) -> None:
    """Draw square images in rows and columns, 1 black and 0 light grey, on the ground of the page.

    Args:
        axes: loses its spines; its ticks become the names of rows and columns.
        probability: that each pixel is 1, or the pixels themselves; not a number where an image is missing.
        labels: of the rows; none, or one per row.
        headings: of the columns; none, or one per column.
    """
    side = math.isqrt(probability.shape[-1])
    picture = transparent(_picture(shade(probability), side))
    axes.imshow(picture, cmap="gray", vmin=INK, vmax=PAPER, interpolation="nearest", aspect="equal")
    axes.set_anchor("W")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False, labelsize=SIZE)
    pitch = side + gap(side)
    places = [[pitch * place + side / 2 for place in range(length)] for length in probability.shape[:2]]
    axes.set_yticks(places[0] if labels else [], list(labels))
    axes.set_xticks(places[1] if headings else [], list(headings))


def in_rows(images: np.ndarray, columns: int) -> Float[np.ndarray, "rows columns pixels"]:
    """Arrange images in rows of `columns`; images that the last row lacks are not a number."""
    rows = -(-len(images) // columns)
    found = np.full((rows * columns, images.shape[1]), np.nan)
    found[: len(images)] = images
    return found.reshape(rows, columns, -1)


def shade(probability: Float[np.ndarray, "*batch pixels"]) -> UInt8[np.ndarray, "*batch pixels"]:
    """Convert probabilities to grey levels: 0 is light grey and 1 black, as in a wall of binary images.

    What is not a number becomes `PAPER`.
    """
    steps = np.round(probability.astype(np.float64) * (LEVELS - 1)) / (LEVELS - 1)
    return np.round(np.where(np.isnan(steps), PAPER, TILE + (INK - TILE) * steps)).astype(np.uint8)


def _picture(shades: UInt8[np.ndarray, "rows columns pixels"], side: int) -> UInt8[np.ndarray, "height width"]:
    rows, columns, _ = shades.shape
    space = gap(side)
    cells = np.full((rows, columns, side + space, side + space), PAPER, dtype=np.uint8)
    cells[:, :, :side, :side] = shades.reshape(rows, columns, side, side)
    return cells.transpose(0, 2, 1, 3).reshape(rows * (side + space), columns * (side + space))[:-space, :-space]
