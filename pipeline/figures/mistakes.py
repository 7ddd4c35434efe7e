"""Misclassified images of the largest posterior odds against the true class."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.figure import Figure

from pipeline.figures.board import pick
from pipeline.figures.palette import Mark
from pipeline.figures.panels import LINE, TEXT, folded
from pipeline.figures.style import PANEL, house_style
from pipeline.figures.tiles import captioned, draw_tiles
from pipeline.numbers.bayes import predict
from pipeline.numbers.decisions import decisions

ROWS, COLUMNS = 3, 4
"""Largest number of rows of a panel, and the number of images in a row; captions need the width that this leaves."""


@house_style()
def mistakes(
    classified: pd.DataFrame,
    binary: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    mark: Mark,
) -> list[Figure]:
    """Draw the mistakes of largest posterior odds against the true class: a panel of `test`, and one of the tails.

    Args:
        classified: one row per image and label, as in `CLASSIFIED`.
        binary: images of 0 and 1 as the model sees them.
        ids: their ids.
        mark: of the model.

    Returns:
        The panels that have a mistake; if there is none, a panel that says so.
    """
    panels = []
    for title, part in worst(classified, ROWS * COLUMNS).items():
        if len(part):
            captions = [_caption(row) for row in part.to_dict("records")]
            rows = captioned(pick(binary, ids, part["id"].to_numpy()), captions, COLUMNS)
            panels.append(draw_tiles(f"{mark.label}, {title}", rows, COLUMNS))
    return panels or [_say(f"{mark.label}: no image is misclassified")]


def worst(classified: pd.DataFrame, most: int) -> dict[str, pd.DataFrame]:
    """Return the misclassified images by descending odds, at most `most` of `test` and of the tails, by title."""
    found = predict(classified).merge(decisions(classified)[["id", "odds"]], on="id", validate="one_to_one")
    wrong = found[~found["correct"]].sort_values(["odds", "id"], ascending=[False, True])
    test = wrong["subset"] == "test"
    groups = {"test images": wrong[test], "images of the tails": wrong[~test]}
    return {f"{name}: {min(most, len(part))} of {len(part)} mistakes": part[:most] for name, part in groups.items()}


def _caption(row: Mapping[Hashable, Any]) -> str:
    return f"{row['label']} as {row['predicted']}\n{probability(row['confidence'])}\n{row['odds']:.1f} nats"


def _say(words: str) -> Figure:
    """Return a panel with a sentence in place of images."""
    lines = folded(words)
    figure = Figure(figsize=(PANEL, 0.3 + LINE * lines.count("\n")))
    figure.text(0.01, 0.5, lines, va="center", fontsize=TEXT)
    return figure


def probability(share: float) -> str:
    """Format a posterior with three decimals; one that would round to 1 becomes "> 0.999"."""
    return "> 0.999" if share >= 0.9995 else f"{share:.3f}"
