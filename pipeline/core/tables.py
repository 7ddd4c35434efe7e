"""Write tables atomically, and check their columns, types and values when they are written and read."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.types import union_categoricals

from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, read_text, write_bytes, write_text

CATEGORY = pa.dictionary(pa.int8(), pa.string())

SPLIT = pa.schema(
    {
        "id": pa.int32(),
        "label": pa.int8(),
        "official": CATEGORY,
        "ink": pa.float64(),
        "pc1": pa.float64(),
        "pc1_within_class": pa.float64(),
        "subset": CATEGORY,
        "region": CATEGORY,
    }
)
"""One row per image; `ink` is its mean grey level, `pc1` and `pc1_within_class` are its coordinates, see `Axes`."""

HISTORY = pa.schema(
    {
        "epoch": pa.int64(),
        "learning_rate": pa.float64(),
        "train_elbo": pa.float64(),
        "validation_elbo": pa.float64(),
    }
)
"""One row per epoch; ELBOs are means over images in nats."""


def write_table(path: Path, table: pd.DataFrame, schema: pa.Schema, key: Sequence[str] = ()) -> None:
    """Write a table to `path` as a parquet file with exactly the columns and types of `schema`.

    Args:
        path: the file.
        table: has at least these columns.
        schema: the columns and their types.
        key: columns whose combined values must differ between rows.

    Raises:
        DataError: the table violates the schema or repeats a key; nothing is written.
    """
    if fault := _fault(table, schema, key):
        raise DataError(f"{path}: not written: {fault}; check this stage's inputs with `dvc status`")
    write_bytes(path, _parquet(table, schema))


def read_table(path: Path, schema: pa.Schema, key: Sequence[str] = ()) -> pd.DataFrame:
    """Read the columns of `schema` from the parquet file at `path`.

    Args:
        path: the file.
        schema: the columns and their types.
        key: columns whose combined values must differ between rows.

    Raises:
        DataError: the file is truncated or not parquet, a column is missing or of another type, a value is
            missing or not finite, a key is repeated, or there is no row.
    """
    table = _read_parquet(path, schema)
    if fault := _fault(table, schema, key):
        raise DataError(f"{path}: {fault}; remake it with `dvc repro`")
    return table


def write_by_model(path: Path, tables: Mapping[str, pd.DataFrame], schema: pa.Schema) -> None:
    """Write the tables of several models to one parquet file, with a first column `model`.

    Args:
        path: the file.
        tables: one per model, in the order in which they are written; without any, the file has no row.
        schema: the columns of each table and their types.

    Raises:
        DataError: a table violates the schema; nothing is written.
    """
    for model, table in tables.items():
        if fault := _fault(table, schema):
            raise DataError(f"{path}: not written: {fault} ({model}); check this stage's inputs with `dvc status`")
    write_bytes(path, _parquet(_merge(tables, schema) if tables else None, _with_model(schema)))


def read_by_model(path: Path, schema: pa.Schema) -> dict[str, pd.DataFrame]:
    """Read the tables that `write_by_model` wrote.

    Returns:
        One table per model, in the order in which they were written; none where the file has no row.

    Raises:
        DataError: as for `read_table`, except that the file may have no row.
    """
    whole = _read_parquet(path, _with_model(schema))
    if len(whole) and (fault := _fault(whole, _with_model(schema))):
        raise DataError(f"{path}: {fault}; remake it with `dvc repro`")
    return {
        str(name): whole.loc[whole["model"] == name, schema.names].reset_index(drop=True)
        for name in whole["model"].unique()
    }


def _merge(tables: Mapping[str, pd.DataFrame], schema: pa.Schema) -> pd.DataFrame:
    """Concatenate the tables of several models; a categorical column gets the categories of all of them."""
    merged = concatenate({model: table[schema.names] for model, table in tables.items()}, "model")
    for field in schema:
        if field.type == CATEGORY:
            merged[field.name] = union_categoricals([pd.Categorical(table[field.name]) for table in tables.values()])
    return merged


def _with_model(schema: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field("model", pa.string()), *schema])


def _parquet(table: pd.DataFrame | None, schema: pa.Schema) -> bytes:
    """Encode a table as a parquet file; None stands for a table without rows."""
    arrow = schema.empty_table()
    if table is not None:
        arrow = pa.Table.from_pandas(table[schema.names], schema=schema, preserve_index=False).replace_schema_metadata()
    buffer = io.BytesIO()
    pq.write_table(arrow, buffer, compression="zstd")
    return buffer.getvalue()


def _read_parquet(path: Path, schema: pa.Schema) -> pd.DataFrame:
    content = read_bytes(path)
    try:
        arrow = pq.read_table(io.BytesIO(content))
        table: pd.DataFrame = arrow.to_pandas()
    except Exception as error:  # broken bytes make pyarrow raise almost anything
        raise DataError(f"{path}: not a whole parquet file ({error}); remake it with `dvc repro`") from error
    if fault := _misfit(arrow.schema, schema):
        raise DataError(f"{path}: {fault}; remake it with `dvc repro`")
    wanted: pd.DataFrame = table[schema.names]
    return wanted


def read_split(path: Path, ids: np.ndarray) -> pd.DataFrame:
    """Read the subset and region of every image; see `SPLIT`.

    Args:
        path: the file.
        ids: of the images, in the order in which the table must have them.

    Raises:
        DataError: as for `read_table`, or the table is about other images.
    """
    table = read_table(path, SPLIT, key=["id"])
    if not np.array_equal(table["id"], ids):
        raise DataError(
            f"{path}: {len(table)} rows that do not belong to these {len(ids)} images; remake it with `dvc repro`"
        )
    return table


def write_history(path: Path, history: pd.DataFrame) -> None:
    """Write training curves to `path` as a CSV file, which `dvc plots` can read; a column `model` is kept."""
    first = ["model"] if "model" in history else []
    write_text(path, history[[*first, *HISTORY.names]].to_csv(index=False, lineterminator="\n"))


def read_history(path: Path) -> pd.DataFrame:
    """Read a training curve: learning rate and mean ELBO in nats, one row per epoch.

    Raises:
        DataError: a column is missing or has a value that is not a finite number, or there is no row.
    """
    try:
        table = pd.read_csv(io.StringIO(read_text(path)))
        kinds = {field.name: field.type.to_pandas_dtype() for field in HISTORY}
        history: pd.DataFrame = table[HISTORY.names].astype(kinds)
    except (KeyError, ValueError) as error:
        raise DataError(f"{path}: not a training curve ({error}); remake it with `dvc repro`") from error
    if history.empty or not np.isfinite(history).all(axis=None):
        raise DataError(f"{path}: no row, or a value that is not finite; remake it with `dvc repro`")
    return history


def concatenate(tables: Mapping[str, pd.DataFrame], name: str) -> pd.DataFrame:
    """Concatenate tables, with the key of each in an additional column called `name`."""
    return pd.concat([table.assign(**{name: key}) for key, table in tables.items()], ignore_index=True)


def _misfit(found: pa.Schema, wanted: pa.Schema) -> str | None:
    """Return the first difference between a file's columns and the wanted ones, or None."""
    for field in wanted:
        places = found.get_all_field_indices(field.name)
        if len(places) != 1:
            return f"column {field.name} is missing" if not places else f"column {field.name} is repeated"
        if (kind := found.field(places[0]).type) != field.type:
            return f"column {field.name} is {kind}, not {field.type}"
    return None


def _fault(table: pd.DataFrame, schema: pa.Schema, key: Sequence[str] = ()) -> str | None:
    """Return the first violation of the schema or key in a table, or None."""
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
    if key and (repeated := table.duplicated(list(key))).any():
        first = table.loc[repeated].iloc[0]
        return f"{', '.join(f'{name} {first[name]}' for name in key)} is repeated"
    return None
