"""What the explorer knows of every holdout image, packed small."""

import base64
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import ModelParams
from pipeline.data.images import Images
from pipeline.data.subsets import HOLDOUTS, REGIONS

PRECISION = 1000
"""Steps a nat in which likelihoods and their errors are kept."""

ABSENT = np.iinfo(np.int32).min
"""In place of the likelihood of an image that a model was not scored on."""


@dataclass(frozen=True)
class Packed:
    """A study's holdout images and their likelihoods."""

    description: dict[str, Any]
    """Counts, names, and in which order which columns stand in `columns`."""
    columns: str
    """All columns under each other, little-endian, deflated, in base64."""


def pack(
    images: Images, split: pd.DataFrame, scores: Mapping[str, pd.DataFrame], models: Mapping[str, ModelParams]
) -> Packed:
    """Pack every holdout image that some model was scored on, with its likelihood under each model.

    Args:
        images: all of them; `id` counts the rows.
        split: every image's set and region.
        scores: of each model that takes part, in the study's order; see `SCORES`.
        models: what these models are.

    Returns:
        Columns of an image each: `id`; under each model its log likelihood and the standard error of that, in
        steps of 1/PRECISION nat; digit, set and region; the pixels, eight a byte. The pixels of models of
        thresholded images stand in a column of their own, which is empty where no such model has a score.
    """
    held = split[split["set"].isin(HOLDOUTS)]
    rows = np.sort(held.loc[held["id"].isin(np.concatenate([table["id"] for table in scores.values()])), "id"])
    of_image = split.set_index("id").loc[rows]
    columns = {"id": rows.astype("<i4")}
    for name, table in scores.items():
        found = table.set_index("id").reindex(rows)
        columns[f"{name}.log_likelihood"] = _steps(found["log_likelihood"])
        columns[f"{name}.standard_error"] = _steps(found["standard_error"])
    columns["digit"] = images.digit[rows]
    columns["set"] = pd.Categorical(of_image["set"].astype(str), HOLDOUTS).codes.astype(np.uint8)
    columns["region"] = pd.Categorical(of_image["region"].astype(str), REGIONS).codes.astype(np.uint8)
    columns["bernoulli"] = np.packbits(images.binary_bernoulli[rows], axis=1)
    columns["threshold"] = _thresholded(images.binary_threshold[rows], columns, models)
    listing = [[name, column.dtype.itemsize, column.size] for name, column in columns.items()]
    whole = zlib.compress(b"".join(column.tobytes() for column in columns.values()), 9)
    described = {"sets": HOLDOUTS, "regions": REGIONS, "precision": PRECISION, "columns": listing}
    described |= {"side": round(images.grey.shape[1] ** 0.5), "models": [_describe(n, models[n]) for n in scores]}
    return Packed(described, base64.b64encode(whole).decode("ascii"))


def _steps(values: pd.Series) -> np.ndarray:
    return (values * PRECISION).round().fillna(ABSENT).to_numpy().astype("<i4")


def _thresholded(
    pixels: np.ndarray, columns: Mapping[str, np.ndarray], models: Mapping[str, ModelParams]
) -> np.ndarray:
    names = [name for name, model in models.items() if model.binarization == "threshold"]
    known = [columns[f"{name}.log_likelihood"] != ABSENT for name in names if f"{name}.log_likelihood" in columns]
    if not known:
        return np.zeros(0, dtype=np.uint8)
    return np.packbits(pixels * np.any(known, axis=0)[:, None].astype(np.uint8), axis=1)


def _describe(name: str, model: ModelParams) -> dict[str, Any]:
    seen = model.train_on != "core"
    return {"name": name, "conditional": model.conditional, "pixels": model.binarization, "tails": seen}
