"""The images of which a classifier is surest while it is wrong."""

import math

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from pipeline.figures.palette import INK, Mark
from pipeline.figures.style import WIDTH, house_style, new_figure
from pipeline.figures.wall import pick
from pipeline.numbers.bayes import verdicts
from pipeline.numbers.decisions import decisions

ROWS = 2
"""Of the test set, and of the tails together, at most."""
FEWEST, MOST = 6, 10
"""Columns that there is room for, and that captions leave room for."""
LINES, TITLE = 0.44, 0.45
"""Inches that the words under an image take, and that a title and its margins do."""
GREY = 0.93
"""Of a pixel that is 0."""


@house_style()
def mistakes(
    classified: pd.DataFrame,
    binary: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    mark: Mark,
    gallery: int,
) -> Figure:
    """The mistakes of largest posterior odds against the truth, those of the test set above those of the tails.

    Args:
        classified: one row an image and label, as in `CLASSIFIED`.
        binary: images of 0 and 1 as the model sees them.
        ids: their ids.
        mark: of the model.
        gallery: images a row, as far as there is room.
    """
    columns = min(max(gallery, FEWEST), MOST)
    groups = {title: part for title, part in worst(classified, ROWS * columns).items() if len(part)}
    rows = [math.ceil(len(part) / columns) for part in groups.values()]
    heights = [TITLE + one * (WIDTH / columns + LINES) for one in rows]
    figure = new_figure(TITLE + sum(heights))
    figure.suptitle(mark.label if groups else f"{mark.label}: none of its predictions is wrong", x=0.01, ha="left")
    if groups:
        panels = figure.subfigures(len(groups), 1, squeeze=False, height_ratios=heights)[:, 0]
        for panel, height, (title, part) in zip(panels, rows, groups.items(), strict=True):
            images = pick(binary, ids, part["image"].to_numpy())
            _draw_group(panel, height, columns, title, part, images)
    return figure


def worst(classified: pd.DataFrame, most: int) -> dict[str, pd.DataFrame]:
    """The mistakes of `verdicts`, with their odds, by descending odds; `most` of the test set and of the tails."""
    found = verdicts(classified).merge(decisions(classified)[["image", "odds"]], on="image", validate="one_to_one")
    wrong = found[~found["correct"]].sort_values(["odds", "image"], ascending=[False, True])
    test = wrong["set"] == "test"
    groups = {"test images": wrong[test], "images of the tails": wrong[~test]}
    return {f"{name}: {min(most, len(part))} of {len(part)} mistakes": part[:most] for name, part in groups.items()}


def _draw_group(
    panel: SubFigure, rows: int, columns: int, title: str, part: pd.DataFrame, images: UInt8[np.ndarray, "m pixels"]
) -> None:
    panel.suptitle(title, x=0.01, ha="left", fontsize=9)
    places = panel.subplots(rows, columns, squeeze=False).ravel()
    for axes in places[len(part) :]:
        axes.set_axis_off()
    for axes, image, row in zip(places, images, part.to_dict("records"), strict=False):
        side = math.isqrt(len(image))
        axes.imshow(GREY * (1 - image.reshape(side, side)), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        _caption(
            axes, f"{row['digit']} as {row['predicted']}\n{probability(row['confidence'])}\n{row['odds']:.1f} nats"
        )


def _caption(axes: Axes, text: str) -> None:
    axes.spines[:].set_visible(False)
    axes.set(xticks=[], yticks=[])
    axes.set_xlabel(text, fontsize=8, labelpad=2, color=INK)


def probability(share: float) -> str:
    """A posterior with three decimals, which is not 1 unless it is."""
    return "> 0.999" if share >= 0.9995 else f"{share:.3f}"
