"""The names of the sets and regions, and who trains and who is scored on which."""

import numpy as np
import pandas as pd

TAILS = ("pc1-low", "pc1-high", "within-low", "within-high")
REGIONS = ("centre", *TAILS)
SETS = ("train", "validation", "test", *TAILS)
HOLDOUTS = ("test", *TAILS)


def training_rows(split: pd.DataFrame, train_on: str, rng: np.random.Generator) -> np.ndarray:
    """Rows of the images that a model is trained on, in order.

    Args:
        split: every image's set.
        train_on: `core`, the pool without validation and tails; `matched`, a draw as large as core
            from the pool without validation, tails and all; `all`, the pool without validation.
        rng: draws `matched`; the same for every model.
    """
    core = np.flatnonzero(split["set"] == "train")
    seen = np.flatnonzero((split["official"] == "train") & (split["set"] != "validation"))
    if train_on == "core":
        return core
    if train_on == "matched":
        return np.sort(rng.choice(seen, size=len(core), replace=False))
    return seen


def scored_rows(split: pd.DataFrame, score_on: str) -> np.ndarray:
    """Rows of the images that a model is scored on, in order.

    Args:
        split: every image's set.
        score_on: `all`; `holdouts`, the official test file and the tails held out of the pool; or `test`, the file.
    """
    if score_on == "all":
        return np.arange(len(split))
    return np.flatnonzero(split["set"].isin(HOLDOUTS if score_on == "holdouts" else ["test"]))
