"""Most and least likely images of every class."""

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.figure import Figure

from pipeline.figures.board import pick
from pipeline.figures.palette import Mark
from pipeline.figures.style import house_style, plain
from pipeline.figures.tiles import TileRow, draw_tiles

FEWEST, MOST = 2, 4
"""Fewest and most images per row of a panel; with more there is no room for the captions."""


@house_style()
def likeliest(
    scores: pd.DataFrame,
    images: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    mark: Mark,
    count: int,
) -> list[Figure]:
    """Draw a panel of the least likely test images of every class and one of the most likely, with log likelihoods.

    Args:
        scores: of a model.
        images: binary images.
        ids: of the images.
        mark: of the model.
        count: images of a class in both panels together; a class with fewer test images shows all of them, each once.
    """
    columns = min(max(FEWEST, count // 2), MOST)
    test = scores[scores["subset"] == "test"].sort_values(["log_likelihood", "id"])
    both = {label: ends(part, 2 * columns) for label, part in test.groupby("label", sort=True)}
    return [
        draw_tiles(f"{kind} likely under {mark.label} (nats)", rows, columns)
        for place, kind in enumerate(("least", "most"))
        if (rows := [_row(str(one), parts[place], images, ids) for one, parts in both.items() if len(parts[place])])
    ]


def ends(ordered: pd.DataFrame, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the first count // 2 rows and as many of the last ones, none twice."""
    first = min(count // 2, len(ordered))
    last = min(count // 2, len(ordered) - first)
    return ordered.iloc[:first], ordered.iloc[len(ordered) - last :]


def _row(
    label: str, shown: pd.DataFrame, images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"]
) -> TileRow:
    captions = tuple(plain(value, 0) for value in shown["log_likelihood"])
    return TileRow(pick(images, ids, shown["id"].to_numpy()), captions, label)
