"""Images that the models draw: reconstructions, new images, and every class in one style."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from pipeline.figures.board import draw_board, in_rows
from pipeline.figures.style import PANEL, fold, house_style, new_panel
from pipeline.investigations.sample.arrays import models_in

Arrays = Mapping[str, np.ndarray]
Board = Float[np.ndarray, "rows columns pixels"]

COLUMNS = 10
"""Generated images per row."""

MARGIN = 0.15
"""Width of a panel's margins, in inches."""

LABEL = 0.9
"""Width of the names of rows, in inches."""

LINE = 0.19
"""Height of a line of text with the space around it, in inches."""

TITLES = {"probabilities": "probabilities", "draws": "pixels drawn with them"}


@house_style()
def reconstructions(arrays: Arrays) -> list[Figure]:
    """Draw images beside their reconstructions at growing multiples of the posterior's spread, one row per image.

    The unlikely images have a panel of their own.

    Args:
        arrays: original, subset and rank by image; multiples; probabilities and draws by multiple and image.
    """
    columns = [("real", arrays["original"])]
    for multiple, probability, draws in zip(arrays["multiples"], arrays["probabilities"], arrays["draws"], strict=True):
        columns.append((_multiple_name(multiple), probability))
        if multiple == 1:
            columns.append(("pixels", draws))
    board = np.stack([images.astype(np.float64) for _, images in columns], axis=1)
    unlikely = np.array([str(rank) == "unlikely" for rank in arrays["rank"]])
    panels = []
    for title, own, rank in (("likely images", ~unlikely, "likely"), ("unlikely images", unlikely, "unlikely")):
        if own.any():
            found = zip(arrays["subset"][own], arrays["rank"][own], strict=True)
            labels = [subset if one == rank else f"{subset},\n{one}" for subset, one in found]
            panels.append(_panel({title: board[own]}, labels, [name for name, _ in columns]))
    return panels


@house_style()
def generation(arrays: Arrays, labels: Mapping[str, str]) -> list[Figure]:
    """Draw new images, one panel per model: probabilities at draws of z from the prior, and below them drawn pixels.

    Args:
        arrays: `MODEL.probabilities` and `MODEL.draws` by image.
        labels: names of the models in figures.
    """
    return [
        _panel({title: in_rows(arrays[f"{name}.{kind}"], COLUMNS) for kind, title in _titles(labels.get(name, name))})
        for name in models_in(arrays, "draws")
    ]


@house_style()
def styles(arrays: Arrays, labels: Mapping[str, str]) -> list[Figure]:
    """Draw every class at a few z, one panel per model and one row per z: probabilities, and below them drawn pixels.

    Args:
        arrays: `MODEL.probabilities` and `MODEL.draws` by z and class.
        labels: names of the models in figures.
    """
    names = models_in(arrays, "draws")
    classes = [str(label) for label in range(arrays[f"{names[0]}.draws"].shape[1])]
    return [
        _panel(
            {title: arrays[f"{name}.{kind}"].astype(np.float64) for kind, title in _titles(labels.get(name, name))},
            headings=classes,
        )
        for name in names
    ]


def _panel(boards: Mapping[str, Board], labels: Sequence[str] = (), headings: Sequence[str] = ()) -> Figure:
    """Draw boards below each other, each with its title; all have the same names of rows and columns."""
    folded = {fold(title, PANEL - MARGIN): board for title, board in boards.items()}
    heights = [len(board) * (PANEL - MARGIN - (LABEL if labels else 0)) / board.shape[1] for board in boards.values()]
    texts = [LINE * (len(title.splitlines()) + bool(headings)) + 0.1 for title in folded]
    figure = new_panel(sum(heights) + sum(texts))
    panels = figure.subplots(len(boards), 1, squeeze=False, height_ratios=heights).ravel()
    for axes, (title, board) in zip(panels, folded.items(), strict=True):
        draw_board(axes, board, labels, headings)
        axes.set_title(title, pad=5)
    return figure


def _titles(model: str) -> list[tuple[str, str]]:
    """Return each kind of image of a model with its title; the first one names the model."""
    return [(kind, title if place else f"{model}: {title}") for place, (kind, title) in enumerate(TITLES.items())]


def _multiple_name(multiple: float) -> str:
    return {0.0: "mean", 1.0: "draw"}.get(float(multiple), f"{multiple:g}\N{MULTIPLICATION SIGN}")
