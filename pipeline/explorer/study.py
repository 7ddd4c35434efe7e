"""Pack the holdout images and their log likelihoods for the explorer."""

import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import ModelParams
from pipeline.data.images import Images
from pipeline.data.subsets import HOLDOUTS, REGIONS

PRECISION = 1000
"""Steps per nat: likelihoods and their errors are rounded to 1 / PRECISION nat."""

ABSENT = np.iinfo(np.int32).min
"""Stands for the likelihood of an image that a model was not scored on."""


@dataclass(frozen=True)
class Packed:
    """Holdout images of a study with their log likelihoods under each model."""

    description: dict[str, Any]
    """Names, counts, and the order, types and lengths of the columns in `columns`."""
    columns: str
    """All columns one after the other, little-endian, deflated, in base64."""


def pack(
    images: Images,
    split: pd.DataFrame,
    scores: Mapping[str, pd.DataFrame],
    models: Mapping[str, ModelParams],
    samples: Mapping[str, np.ndarray] | None = None,
) -> Packed:
    """Pack every holdout image that at least one model was scored on, with its log likelihood under each model.

    Args:
        images: all images of the study; `id` counts the rows.
        split: subset and region of every image.
        scores: one table per model, in the study's order; see `SCORES`.
        models: parameters of at least these models.
        samples: arrays `MODEL.KIND.NAME` that models drew; the kind `reconstructions` is used.

    Returns:
        A description of the columns, and the columns as text. They have one entry per image: `id`; `log_likelihood` and
        `standard_error` under each model, in steps of 1/PRECISION nat; label, subset and region; the pixels, eight
        per byte. Thresholded pixels have their own column, empty if no model of thresholded images was scored.
        Reconstructions of a few images under some of the models are columns of bytes; the description says of which.
    """
    scored = np.concatenate([table["id"] for table in scores.values()])
    rows = np.sort(split.loc[split["subset"].isin(HOLDOUTS) & split["id"].isin(scored), "id"])
    of_image = split.set_index("id").loc[rows]
    columns = {"id": rows.astype("<i4")}
    for name, table in scores.items():
        found = table.set_index("id").reindex(rows)
        columns[f"{name}.log_likelihood"] = _steps(found["log_likelihood"])
        columns[f"{name}.standard_error"] = _steps(found["standard_error"])
    columns["label"] = images.label[rows]
    columns["subset"] = pd.Categorical(of_image["subset"].astype(str), HOLDOUTS).codes.astype(np.uint8)
    columns["region"] = pd.Categorical(of_image["region"].astype(str), REGIONS).codes.astype(np.uint8)
    reconstructed, drawn = _reconstructions(samples or {}, scores)
    columns |= drawn
    columns["stochastic"] = np.packbits(images.binary_stochastic[rows], axis=1)
    columns["threshold"] = _thresholded(images.binary_threshold[rows], columns, models)
    listing = [[name, column.dtype.itemsize, column.size] for name, column in columns.items()]
    whole = zlib.compress(b"".join(column.tobytes() for column in columns.values()), 9)
    description = {
        "subsets": HOLDOUTS,
        "regions": REGIONS,
        "precision": PRECISION,
        "absent": ABSENT,
        "columns": listing,
        "side": round(images.grey.shape[1] ** 0.5),
        "models": [_describe(name, models[name]) for name in scores],
        "reconstructed": reconstructed,
    }
    return Packed(description, base64.b64encode(whole).decode("ascii"))


def _steps(values: pd.Series) -> np.ndarray:
    """Return values in nats as whole steps of 1/PRECISION nat."""
    return (values * PRECISION).round().fillna(ABSENT).to_numpy().astype("<i4")


def _reconstructions(
    samples: Mapping[str, np.ndarray], names: Iterable[str]
) -> tuple[dict[str, list[int]], dict[str, np.ndarray]]:
    """Return the reconstructions at the mean of z: by model the images' ids, and a column of grey levels, 255 for 1."""
    ids, columns = {}, {}
    for name in names:
        own = {key: samples.get(f"{name}.reconstructions.{key}") for key in ("id", "multiples", "probabilities")}
        image, multiples, probabilities = own.values()
        if image is None or multiples is None or probabilities is None or 0 not in multiples:
            continue
        mean = probabilities[list(multiples).index(0)]
        ids[name] = [int(one) for one in image]
        columns[f"{name}.reconstruction"] = (255 * mean).round().astype(np.uint8)
    return ids, columns


def _thresholded(
    pixels: np.ndarray, columns: Mapping[str, np.ndarray], models: Mapping[str, ModelParams]
) -> np.ndarray:
    """Return the thresholded pixels of images that a model of thresholded images was scored on, zeros for others."""
    names = [name for name, model in models.items() if model.binarisation == "threshold"]
    known = [columns[f"{name}.log_likelihood"] != ABSENT for name in names if f"{name}.log_likelihood" in columns]
    if not known:
        return np.zeros(0, dtype=np.uint8)
    return np.packbits(pixels * np.any(known, axis=0)[:, None].astype(np.uint8), axis=1)


def _describe(name: str, model: ModelParams) -> dict[str, Any]:
    """Return what the page shows of a model; `tails` is true if it trained on images of the tails."""
    return {
        "name": name,
        "latent_dim": model.latent_dim,
        "conditional": model.conditional,
        "pixels": model.binarisation,
        "tails": model.train_on != "core",
    }
