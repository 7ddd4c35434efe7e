"""A table of images in shades of grey, with names of rows and columns."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int32, Real, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.panels import TEXT
from pipeline.figures.style import PANEL, fold, new_panel

Board = Real[np.ndarray, "rows columns pixels"]
"""Images in rows and columns: probabilities, or pixels of 0 and 1."""

PAPER, TILE, INK = 255, 224, 0
"""Grey levels of the space between the images, of a pixel 0 and of a pixel 1; the first is drawn as no colour."""

LEVELS = 12
"""Shades of grey for a probability; more could not be distinguished and would make the file larger."""

MARGIN = 0.15
"""Width of a panel's margins, in inches."""

LABEL = 0.9
"""Width of the names of rows, in inches."""

SPACED = 0.19
"""Height of a line of text with the space around it, in inches."""


def board_panel(
    boards: Mapping[str, Board],
    labels: Sequence[str] = (),
    headings: Sequence[str] = (),
) -> Figure:
    """Draw boards below each other in a panel, each with its title; all have the same names of rows and columns.

    Args:
        boards: images, by title; see `draw_board`.
        labels: of the rows; none, or one per row.
        headings: of the columns; none, or one per column.
    """
    folded = {fold(title, PANEL - MARGIN): board for title, board in boards.items()}
    heights = [len(board) * (PANEL - MARGIN - (LABEL if labels else 0)) / board.shape[1] for board in boards.values()]
    texts = [SPACED * (len(title.splitlines()) + bool(headings)) + 0.1 for title in folded]
    figure = new_panel(sum(heights) + sum(texts))
    panels = figure.subplots(len(boards), 1, squeeze=False, height_ratios=heights).ravel()
    for axes, (title, board) in zip(panels, folded.items(), strict=True):
        draw_board(axes, board, labels, headings)
        axes.set_title(title, pad=5)
    return figure


def draw_board(
    axes: Axes,
    probability: Board,
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
    draw_picture(axes, probability, aspect="equal")
    axes.set_anchor("W")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False, labelsize=TEXT)
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


def shade(probability: Real[np.ndarray, "*batch pixels"]) -> UInt8[np.ndarray, "*batch pixels"]:
    """Convert probabilities to grey levels: 0 is light grey and 1 black, as in a wall of binary images.

    What is not a number becomes `PAPER`.
    """
    steps = np.round(probability.astype(np.float64) * (LEVELS - 1)) / (LEVELS - 1)
    return np.round(np.where(np.isnan(steps), PAPER, TILE + (INK - TILE) * steps)).astype(np.uint8)


def pick(
    images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"], wanted: Sequence[int] | np.ndarray
) -> UInt8[np.ndarray, "m pixels"]:
    """Return the images with the wanted ids, in that order."""
    order = np.argsort(ids)
    return images[order[np.searchsorted(ids, wanted, sorter=order)]]


def gap(side: int) -> int:
    """Return the number of pixels between images of `side` pixels per side."""
    return max(1, side // 10)


def relative_gap(pixels: int) -> float:
    """Return the space between images of so many pixels, as a share of an image's width."""
    side = math.isqrt(pixels)
    return gap(side) / side


def draw_picture(axes: Axes, probability: Board, **place: Any) -> None:
    """Draw images in rows and columns as one picture, transparent between them.

    Args:
        axes: to draw on.
        probability: see `draw_board`.
        place: of the picture, as of `imshow`.
    """
    shades = shade(probability)
    rows, columns, pixels = shades.shape
    side = math.isqrt(pixels)
    space = gap(side)
    cells = np.full((rows, columns, side + space, side + space), PAPER, dtype=np.uint8)
    cells[:, :, :side, :side] = shades.reshape(rows, columns, side, side)
    grey = cells.transpose(0, 2, 1, 3).reshape(rows * (side + space), columns * (side + space))[:-space, :-space]
    picture = np.ma.masked_equal(grey, PAPER)
    axes.imshow(picture, cmap="gray", vmin=INK, vmax=PAPER, interpolation="nearest", **place)
