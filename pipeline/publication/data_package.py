"""The study's data product: every column described once, for the Parquet file, its data package and its page.

The data package follows Data Package 2.0 with Table Schema, https://datapackage.org/standard/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from pipeline.config import Params
from pipeline.core.tables import CATEGORY, concatenate
from pipeline.data.subsets import HOLDOUTS, REGIONS

KEY = ("model", "id")
TYPES = {pa.int8(): "integer", pa.int32(): "integer", pa.float32(): "number", CATEGORY: "string"}
"""Types of Table Schema by types of Arrow."""


@dataclass(frozen=True)
class Column:
    """One column of the table of log likelihoods."""

    name: str
    kind: pa.DataType
    unit: str
    description: str
    decimals: int | None = None
    """Decimals that are kept: far finer than the Monte Carlo error, and a third of the bytes."""
    constraints: Mapping[str, object] = field(default_factory=dict)


COLUMNS = (
    Column(
        "id",
        pa.int32(),
        "",
        "Position of the image in the official files, from 0: first the training file, then the test file. "
        "Of MNIST, the test images are 60000 to 69999.",
        constraints={"minimum": 0},
    ),
    Column("label", pa.int8(), "", "Class of the image, such as the digit that it shows.", constraints={"minimum": 0}),
    Column("model", CATEGORY, "", "Name of the model; its settings are a table of the data package."),
    Column(
        "subset",
        CATEGORY,
        "",
        "`test`, the official test file; or the tails of two principal components of the training file, held out "
        "from the training of most models: `pc1-low`, `pc1-high`, `within-low` and `within-high`.",
        constraints={"enum": list(HOLDOUTS)},
    ),
    Column(
        "region",
        CATEGORY,
        "",
        "Where the image lies along the same two components, for images of the test file too: `centre`, or one of the "
        "four tails. An image that is extreme along both counts by the first, `pc1`.",
        constraints={"enum": list(REGIONS)},
    ),
    Column(
        "log_likelihood",
        pa.float32(),
        "nats",
        "Estimate of log p(x), or of log p(x | label) under a conditional model.",
        decimals=3,
    ),
    Column(
        "standard_error",
        pa.float32(),
        "nats",
        "Monte Carlo standard error of `log_likelihood`. The estimate is low by about half its square; an error above "
        "0.3 is usually too small itself.",
        decimals=3,
        constraints={"minimum": 0},
    ),
    Column("elbo", pa.float32(), "nats", "Evidence lower bound, with the encoder as proposal.", decimals=3),
    Column(
        "ess",
        pa.float32(),
        "draws",
        "Effective number of draws behind `log_likelihood`, out of `draws`.",
        decimals=0,
        constraints={"minimum": 0},
    ),
    Column(
        "pareto_k",
        pa.float32(),
        "",
        "Shape of the tail of the importance weights, k-hat. Above min(1 - 1 / log10(`draws`), 0.7) neither the "
        "estimate nor `standard_error` is reliable.",
        decimals=2,
    ),
    Column(
        "draws",
        pa.int32(),
        "draws",
        "Importance draws behind `log_likelihood`; more where an image was hard.",
        constraints={"minimum": 1},
    ),
)
LIKELIHOODS = pa.schema({column.name: column.kind for column in COLUMNS})
"""One row per image and model."""

SETTINGS = {
    "model": ("string", "Name of the model."),
    "quantity": ("string", "Quantity that `log_likelihood` estimates: `log p(x)`, or `log p(x | label)`."),
    "latent_dim": ("integer", "Number of latent dimensions."),
    "train_on": (
        "string",
        (
            "Images of the training: `core`, the training file without the tails and the validation images; `matched`, "
            "as many images, drawn with the tails among them; `all`, the training file without the validation images. "
            "Only under `core` are the rows of the tails of unseen images."
        ),
    ),
    "binarisation": (
        "string",
        (
            "How grey levels became binary pixels: `stochastic`, at random; `threshold`, at half the range. These are "
            "different images, whose likelihoods do not compare."
        ),
    ),
    "seed": ("integer", "Models that differ in the seed alone are training runs of one kind."),
    "epochs": ("integer", "Passes over the training images."),
}
"""Columns of the table of models, with their types and descriptions."""


def likelihoods(scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the log likelihoods of all images of the official test file and of the tails, rounded.

    Args:
        scores: one table per model; see `SCORES`.

    Returns:
        One row per model and image that it was scored on; see `LIKELIHOODS`.
    """
    table = concatenate(scores, "model")
    decimals = {column.name: column.decimals for column in COLUMNS if column.decimals is not None}
    table = table[table["subset"].isin(HOLDOUTS)].reset_index(drop=True).round(decimals)
    kinds = {one.name: "category" if one.kind == CATEGORY else one.kind.to_pandas_dtype() for one in COLUMNS}
    published: pd.DataFrame = table[LIKELIHOODS.names].astype(kinds)
    return published


def data_package(table: pd.DataFrame, params: Params) -> dict[str, Any]:
    """Return the descriptor of the table of log likelihoods, and a table of the models in it.

    Args:
        table: what `likelihoods` returned.
        params: describes the models.
    """
    rows = [_settings(name, params) for name in table["model"].unique()]
    fields = [{"name": name, "type": kind, "description": text} for name, (kind, text) in SETTINGS.items()]
    models = {"fields": _required(fields), "primaryKey": ["model"]}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "holdout-likelihoods",
        "title": f"Log likelihoods of {params.dataset} images under variational autoencoders",
        "description": "The log likelihood of every image of the official test file, and of images that were held out "
        "from the tails of the training file, under every model of the study, with its Monte Carlo error.",
        "licenses": [{"name": "MIT", "path": "https://opensource.org/license/mit"}],
        "resources": [
            {
                "name": "likelihoods",
                "type": "table",
                "path": "likelihoods.parquet",
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "schema": {
                    "fields": _required([_field(column) for column in COLUMNS]),
                    "primaryKey": list(KEY),
                    "foreignKeys": [{"fields": ["model"], "reference": {"resource": "models", "fields": ["model"]}}],
                },
            },
            {"name": "models", "type": "table", "data": rows, "schema": models},
        ],
    }


def column_table() -> str:
    """Return the columns as a table in Markdown."""
    header = ["| Column | Type | Unit | Meaning |", "| --- | --- | --- | --- |"]
    kinds = {pa.float32(): "float32", CATEGORY: "category"}
    rows = [
        f"| `{one.name}` | {kinds.get(one.kind, str(one.kind))} | {one.unit} | {_meaning(one)} |" for one in COLUMNS
    ]
    return "\n".join([*header, *rows])


def _meaning(column: Column) -> str:
    text = column.description.replace("|", "\\|")
    if column.decimals is None:
        return text
    return text + (f" Rounded to {column.decimals} decimals." if column.decimals else " Rounded to a whole number.")


def _field(column: Column) -> dict[str, Any]:
    unit = f" Unit: {column.unit}." if column.unit else ""
    found = {"name": column.name, "type": TYPES[column.kind], "description": column.description + unit}
    return found | {"constraints": dict(column.constraints)}


def _required(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields with the constraint that no value is missing."""
    return [one | {"constraints": {"required": True} | one.get("constraints", {})} for one in fields]


def _settings(name: str, params: Params) -> dict[str, Any]:
    model = params.models[name]
    return {
        "model": name,
        "quantity": "log p(x | label)" if model.conditional else "log p(x)",
        "latent_dim": model.latent_dim,
        "train_on": model.train_on,
        "binarisation": model.binarisation,
        "seed": model.seed,
        "epochs": params.epochs(name),
    }
