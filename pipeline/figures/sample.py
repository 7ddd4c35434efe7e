"""Images that the models draw: reconstructions, new images, and every class in one style."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from pipeline.figures.board import board_panel, in_rows
from pipeline.figures.style import house_style
from pipeline.investigations.sample.arrays import models_in

Arrays = Mapping[str, np.ndarray]

COLUMNS = 10
"""Generated images per row."""

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
            panels.append(board_panel({title: board[own]}, labels, [name for name, _ in columns]))
    return panels


@house_style()
def generation(arrays: Arrays, labels: Mapping[str, str]) -> list[Figure]:
    """Draw new images, one panel per model: probabilities at draws of z from the prior, and below them drawn pixels.

    Args:
        arrays: `MODEL.probabilities` and `MODEL.draws` by image.
        labels: names of the models in figures.
    """
    return [
        board_panel(
            {title: in_rows(arrays[f"{name}.{kind}"], COLUMNS) for kind, title in _titles(labels.get(name, name))}
        )
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
        board_panel(
            {title: arrays[f"{name}.{kind}"].astype(np.float64) for kind, title in _titles(labels.get(name, name))},
            headings=classes,
        )
        for name in names
    ]


def _titles(model: str) -> list[tuple[str, str]]:
    """Return each kind of image of a model with its title; the first one names the model."""
    return [(kind, title if place else f"{model}: {title}") for place, (kind, title) in enumerate(TITLES.items())]


def _multiple_name(multiple: float) -> str:
    return {0.0: "mean", 1.0: "draw"}.get(float(multiple), f"{multiple:g}\N{MULTIPLICATION SIGN}")
