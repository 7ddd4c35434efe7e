"""Misclassified images of the largest posterior odds against the true class."""

import math

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from pipeline.figures.palette import INK, Mark
from pipeline.figures.style import WIDTH, house_style, new_figure
from pipeline.figures.wall import pick
from pipeline.numbers.bayes import predict
from pipeline.numbers.decisions import decisions

ROWS = 2
"""Largest number of rows for `test`, and for the tails together."""
FEWEST, MOST = 6, 10
"""Smallest and largest number of columns; captions need the width that these leave."""
LINES, TITLE = 0.44, 0.45
"""Height in inches of the caption under an image, and of a title with its margins."""
GREY = 0.93
"""Grey level of a pixel that is 0."""


@house_style()
def mistakes(
    classified: pd.DataFrame,
    binary: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    mark: Mark,
    gallery: int,
) -> Figure:
    """Draw the mistakes of largest posterior odds against the true class, those in `test` above those in the tails.

    Args:
        classified: one row per image and label, as in `CLASSIFIED`.
        binary: images of 0 and 1 as the model sees them.
        ids: their ids.
        mark: of the model.
        gallery: images per row, as far as there is room.
    """
    columns = min(max(gallery, FEWEST), MOST)
    groups = {title: part for title, part in worst(classified, ROWS * columns).items() if len(part)}
    rows = [math.ceil(len(part) / columns) for part in groups.values()]
    heights = [TITLE + one * (WIDTH / columns + LINES) for one in rows]
    figure = new_figure(TITLE + sum(heights))
    figure.suptitle(mark.label if groups else f"{mark.label}: no image is misclassified", x=0.01, ha="left")
    if groups:
        panels = figure.subfigures(len(groups), 1, squeeze=False, height_ratios=heights)[:, 0]
        for panel, height, (title, part) in zip(panels, rows, groups.items(), strict=True):
            images = pick(binary, ids, part["id"].to_numpy())
            _draw_group(panel, height, columns, title, part, images)
    return figure


def worst(classified: pd.DataFrame, most: int) -> dict[str, pd.DataFrame]:
    """Return the misclassified images by descending odds, at most `most` of `test` and of the tails, by title."""
    found = predict(classified).merge(decisions(classified)[["id", "odds"]], on="id", validate="one_to_one")
    wrong = found[~found["correct"]].sort_values(["odds", "id"], ascending=[False, True])
    test = wrong["subset"] == "test"
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
            axes, f"{row['label']} as {row['predicted']}\n{probability(row['confidence'])}\n{row['odds']:.1f} nats"
        )


def _caption(axes: Axes, text: str) -> None:
    axes.spines[:].set_visible(False)
    axes.set(xticks=[], yticks=[])
    axes.set_xlabel(text, fontsize=8, labelpad=2, color=INK)


def probability(share: float) -> str:
    """Format a posterior with three decimals; one that would round to 1 becomes "> 0.999"."""
    return "> 0.999" if share >= 0.9995 else f"{share:.3f}"
