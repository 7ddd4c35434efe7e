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


def scored_rows(split: pd.DataFrame, score_on: str, rng: np.random.Generator) -> np.ndarray:
    """Return the rows of the images that a model is scored on, in ascending order.

    Args:
        split: column subset; one row per image.
        score_on: `all`, every image; `test`, the official test file; `holdouts`, that and the held-out tails; `fit`,
            the official test file, the validation images and a random draw of as many `core` training images; or
            `sample`, all of these.
        rng: draws the training images; the same for every model.
    """
    if score_on == "all":
        return np.arange(len(split))
    held_out = HOLDOUTS if score_on in {"holdouts", "sample"} else ("test",)
    if score_on in {"test", "holdouts"}:
        return np.flatnonzero(split["subset"].isin(held_out))
    rows = np.flatnonzero(split["subset"].isin([*held_out, "validation"]))
    train, size = np.flatnonzero(split["subset"] == "train"), int((split["subset"] == "validation").sum())
    return np.sort(np.concatenate([rows, rng.choice(train, min(size, len(train)), replace=False)]))
