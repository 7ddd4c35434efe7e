"""The table of log likelihoods of each image given each label."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.errors import DataError
from pipeline.core.tables import CATEGORY, read_table, write_table

CLASSIFIED = pa.schema(
    {
        "id": pa.int32(),
        "subset": CATEGORY,
        "region": CATEGORY,
        "label": pa.int8(),
        "given_label": pa.int8(),
        "prior": pa.float64(),
        "log_likelihood": pa.float64(),
        "standard_error": pa.float64(),
        "pareto_k": pa.float64(),
        "draws": pa.int32(),
    }
)
"""One row per image and label: log p(x | y) in nats with its Monte Carlo standard error, and the prior p(y).

`label` is the true label and `given_label` the one that the model is given; `pareto_k` and `draws` are those of the
importance weights.
"""
KEY = ("id", "given_label")
"""Columns that identify a row of `CLASSIFIED`."""


def write_classified(path: Path, table: pd.DataFrame) -> None:
    """Write one model's log likelihoods to `path`; see `CLASSIFIED`.

    Raises:
        DataError: the table is not whole, or an image has a label twice.
    """
    write_table(path, table, CLASSIFIED, KEY)


def read_classified(path: Path) -> pd.DataFrame:
    """Read one model's log likelihoods from `path`; see `CLASSIFIED`.

    Raises:
        DataError: the table is not whole, or an image lacks a label or has one twice.
    """
    table = read_table(path, CLASSIFIED, KEY)
    images, labels = table["id"].nunique(), table["given_label"].nunique()
    if len(table) != images * labels:
        raise DataError(
            f"{path}: {len(table)} rows, not one for each of {images} images and {labels} labels; "
            "remake it with `dvc repro`"
        )
    return table
