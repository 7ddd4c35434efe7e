"""Make the files of a data set from the 8x8 digits that scikit-learn contains."""

import numpy as np
from jaxtyping import Bool, Int

from pipeline.data.idx import TEST, TRAIN, encode

DARKEST = 16
"""Largest grey level in scikit-learn's digits."""


def digits(test_fraction: float, rng: np.random.Generator) -> dict[str, bytes]:
    """Return the content of the four IDX files of the digits by name; images keep the order of scikit-learn.

    A grey level v becomes round(255 v / 16).

    Args:
        test_fraction: share of each digit's images in the test file.
        rng: draws the images of the test file.
    """
    from sklearn.datasets import load_digits  # noqa: PLC0415 - takes a second, and only this data set needs it

    levels, labels = load_digits(return_X_y=True)
    grey = np.rint(levels * (255 / DARKEST)).astype(np.uint8).reshape(-1, 8, 8)
    test = draw_stratified(labels, test_fraction, rng)
    return {
        name: encode(array[rows])
        for names, rows in ((TRAIN, ~test), (TEST, test))
        for name, array in zip(names, (grey, labels.astype(np.uint8)), strict=True)
    }


def draw_stratified(labels: Int[np.ndarray, " n"], share: float, rng: np.random.Generator) -> Bool[np.ndarray, " n"]:
    """Draw a random subset of rows with the same share of every class.

    Args:
        labels: the class of each row.
        share: of each class; rounded to whole rows, at least one and never all of them.
        rng: draws the rows.

    Returns:
        True for the rows in the subset.
    """
    chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        count = min(max(round(share * len(rows)), 1), len(rows) - 1)
        chosen[rng.choice(rows, count, replace=False)] = True
    return chosen
