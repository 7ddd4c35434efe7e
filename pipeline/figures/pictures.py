"""Images that the models draw: reconstructions, new images, and every class in one style."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from pipeline.figures.board import draw_board
from pipeline.figures.style import WIDTH, fold, house_style, new_figure
from pipeline.investigations.sample.arrays import models_in

Arrays = Mapping[str, np.ndarray]
COLUMNS = 5
"""Generated images per row in each model's panel."""

SHOWN = ("probabilities", "draws")
TITLES = {"probabilities": "probabilities f(z)", "draws": "pixels drawn with them"}


@house_style()
def reconstructions(arrays: Arrays) -> Figure:
    """Draw images beside their reconstructions at growing multiples of the posterior's spread, one row per image.

    Args:
        arrays: original, subset and rank by image; multiples; probabilities and draws by multiple and image.
    """
    columns = [("original\n", arrays["original"])]
    for multiple, probability, draws in zip(arrays["multiples"], arrays["probabilities"], arrays["draws"], strict=True):
        columns.append((_multiple_name(multiple), probability))
        if multiple == 1:
            columns.append(("z and\npixels drawn", draws))
    labels = [f"{name}\n{rank}" for name, rank in zip(arrays["subset"], arrays["rank"], strict=True)]
    board = np.stack([images.astype(np.float64) for _, images in columns], axis=1)
    figure = new_figure(0.45 + len(labels) * min(0.62, 0.84 * WIDTH / len(columns)))
    draw_board(figure.subplots(), board, labels, [name for name, _ in columns])
    return figure


@house_style()
def generation(arrays: Arrays, labels: Mapping[str, str]) -> Figure:
    """Draw new images, one panel per model: probabilities at draws of z from the prior, and below them drawn pixels.

    Args:
        arrays: `MODEL.probabilities` and `MODEL.draws` by image.
        labels: names of the models in figures.
    """
    names = models_in(arrays, "draws")
    rows = -(-len(arrays[f"{names[0]}.draws"]) // COLUMNS)
    boards = {(kind, name): _grid(arrays[f"{name}.{kind}"], rows, COLUMNS) for kind in SHOWN for name in names}
    return _panels(boards, names, labels, 2 * rows * WIDTH / max(2, len(names)) / (COLUMNS + 1) + 0.9)


@house_style()
def styles(arrays: Arrays, labels: Mapping[str, str]) -> Figure:
    """Draw every class at a few z, one panel per model and one row per z: probabilities, and below them drawn pixels.

    Args:
        arrays: `MODEL.probabilities` and `MODEL.draws` by z and class.
        labels: names of the models in figures.
    """
    names = models_in(arrays, "draws")
    boards = {(kind, name): arrays[f"{name}.{kind}"].astype(np.float64) for kind in SHOWN for name in names}
    rows, columns, _ = boards["draws", names[0]].shape
    return _panels(boards, names, labels, 2 * rows * WIDTH / max(2, len(names)) / (columns + 1) + 1.3, classes=True)


def _panels(
    boards: Mapping[tuple[str, str], np.ndarray],
    names: Sequence[str],
    labels: Mapping[str, str],
    height: float,
    *,
    classes: bool = False,
) -> Figure:
    """Draw one column of panels per model, and one row of panels per kind of array."""
    figure = new_figure(height)
    panels = figure.subplots(len(SHOWN), len(names), squeeze=False)
    for row, kind in zip(panels, SHOWN, strict=True):
        for axes, name in zip(row, names, strict=True):
            board = boards[kind, name]
            headings = [str(label) for label in range(board.shape[1])] if classes else []
            draw_board(axes, board, headings=headings)
            model = fold(labels.get(name, name), 0.9 * WIDTH / len(names))
            title = TITLES[kind].replace("f(z)", "f(z, y)") if classes else TITLES[kind]
            axes.set_title(f"{model}\n{title}" if kind == SHOWN[0] else title)
    return figure


def _grid(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Arrange images in rows; missing images of the last row are 0."""
    padded = np.zeros((rows * columns, images.shape[1]))
    padded[: len(images)] = images
    return padded.reshape(rows, columns, -1)


def _multiple_name(multiple: float) -> str:
    return {0.0: "mean of z\n", 1.0: "z drawn\n"}.get(
        float(multiple), f"{multiple:g} \N{MULTIPLICATION SIGN} its\nspread"
    )
