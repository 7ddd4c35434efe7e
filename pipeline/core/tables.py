"""The study's tables and what stands in them: written whole, checked when read."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, read_text, write_bytes, write_text

CATEGORY = pa.dictionary(pa.int8(), pa.string())

SPLIT = pa.schema(
    {
        "id": pa.int32(),
        "digit": pa.int8(),
        "official": CATEGORY,
        "ink": pa.float64(),
        "pc1": pa.float64(),
        "within": pa.float64(),
        "set": CATEGORY,
        "region": CATEGORY,
    }
)
"""One row an image; `ink` is its mean grey level, `pc1` and `within` its principal components."""

HISTORY = {"epoch": "int64", "learning_rate": "float64", "train_elbo": "float64", "validation_elbo": "float64"}


def write_table(path: Path, table: pd.DataFrame, schema: pa.Schema) -> None:
    """Put a table at `path` as parquet with exactly the columns and types of `schema`.

    Raises:
        DataError: the table breaks the schema, or an id stands twice; nothing is written.
    """
    if fault := _fault(table, schema):
        raise DataError(f"{path}: not written: {fault}; the numbers it was made of are at fault")
    arrow = pa.Table.from_pandas(table[schema.names], schema=schema, preserve_index=False).replace_schema_metadata()
    buffer = io.BytesIO()
    pq.write_table(arrow, buffer, compression="zstd")
    write_bytes(path, buffer.getvalue())


def read_table(path: Path, schema: pa.Schema) -> pd.DataFrame:
    """The parquet table at `path`, its columns and types those of `schema`.

    Raises:
        DataError: the file is truncated or no parquet, a column is missing or of another type, a
            value is missing or not finite, an id stands twice, or there is no row.
    """
    content = read_bytes(path)
    try:
        arrow = pq.read_table(io.BytesIO(content))
        table: pd.DataFrame = arrow.to_pandas()
    except Exception as error:  # broken bytes make pyarrow raise almost anything
        raise DataError(f"{path}: not a whole parquet file ({error}); remake it with `dvc repro`") from error
    if fault := _misfit(arrow.schema, schema) or _fault(table, schema):
        raise DataError(f"{path}: {fault}; remake it with `dvc repro`")
    wanted: pd.DataFrame = table[schema.names]
    return wanted


def read_split(path: Path, ids: np.ndarray) -> pd.DataFrame:
    """The set and region of the images with these ids, row by row; see `SPLIT`.

    Raises:
        DataError: the table is of other images.
    """
    table = read_table(path, SPLIT)
    if not np.array_equal(table["id"], ids):
        raise DataError(
            f"{path}: {len(table)} rows that are not the {len(ids)} images beside it; remake it with `dvc repro`"
        )
    return table


def write_history(path: Path, history: pd.DataFrame) -> None:
    """Put a training curve at `path` as CSV, which `dvc plots` reads."""
    write_text(path, history[list(HISTORY)].to_csv(index=False, lineterminator="\n"))


def read_history(path: Path) -> pd.DataFrame:
    """A training curve: learning rate and mean ELBO in nats, one row an epoch.

    Raises:
        DataError: a column is missing or holds something else than finite numbers, or there is no row.
    """
    try:
        table = pd.read_csv(io.StringIO(read_text(path)))
        history: pd.DataFrame = table[list(HISTORY)].astype(HISTORY)
    except (KeyError, ValueError) as error:
        raise DataError(f"{path}: not a training curve ({error}); remake it with `dvc repro`") from error
    if history.empty or not np.isfinite(history).all(axis=None):
        raise DataError(f"{path}: no row, or one without a finite number; remake it with `dvc repro`")
    return history


def concatenate(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Tables under each other, the key of each in a first column called `name`."""
    return pd.concat([table.assign(**{name: key}) for key, table in tables.items()], ignore_index=True)


def _misfit(found: pa.Schema, wanted: pa.Schema) -> str | None:
    """The first way in which a file's columns are not the wanted ones, if there is one."""
    for field in wanted:
        places = found.get_all_field_indices(field.name)
        if len(places) != 1:
            return f"column {field.name} is missing" if not places else f"column {field.name} stands twice"
        if (kind := found.field(places[0]).type) != field.type:
            return f"column {field.name} is {kind}, not {field.type}"
    return None


def _fault(table: pd.DataFrame, schema: pa.Schema) -> str | None:
    """The first thing in a table that no table of the study may hold, if there is one."""
    missing = [name for name in schema.names if name not in table]
    if missing:
        return f"column {missing[0]} is missing"
    if table.empty:
        return "there is no row"
    for field in schema:
        values = table[field.name]
        bad = ~np.isfinite(values) if pa.types.is_floating(field.type) else values.isna()
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            return f"{field.name} of row {row} is {values.iloc[row]}"
    if "id" in schema.names and table["id"].duplicated().any():
        return f"image {table.loc[table['id'].duplicated(), 'id'].iloc[0]} stands twice"
    return None
