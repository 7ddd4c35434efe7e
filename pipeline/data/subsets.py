"""Names of subsets and regions, and which images a model is trained and scored on."""

import numpy as np
import pandas as pd

TAILS = ("pc1-low", "pc1-high", "within-low", "within-high")
REGIONS = ("centre", *TAILS)
SUBSETS = ("train", "validation", "test", *TAILS)
HOLDOUTS = ("test", *TAILS)


def training_rows(split: pd.DataFrame, train_on: str, rng: np.random.Generator) -> np.ndarray:
    """Return the rows of the images that a model is trained on, in ascending order.

    Args:
        split: columns official and subset; one row per image.
        train_on: `core`, the training file without the validation images and the tails; `matched`, a random draw as
            large as `core` from the training file without the validation images; or `all`, the training file without
            the validation images.
        rng: draws `matched`; the same for every model.
    """
    core = np.flatnonzero(split["subset"] == "train")
    seen = np.flatnonzero((split["official"] == "train") & (split["subset"] != "validation"))
    if train_on == "core":
        return core
    if train_on == "matched":
        return np.sort(rng.choice(seen, size=len(core), replace=False))
    return seen


def scored_rows(split: pd.DataFrame, score_on: str) -> np.ndarray:
    """Return the rows of the images that a model is scored on, in ascending order.

    Args:
        split: column subset; one row per image.
        score_on: `all`, every image; `holdouts`, the official test file and the held-out tails; or `test`, the
            official test file.
    """
    if score_on == "all":
        return np.arange(len(split))
    return np.flatnonzero(split["subset"].isin(HOLDOUTS if score_on == "holdouts" else ["test"]))
