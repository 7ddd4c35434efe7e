"""The tables of the regression study."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.storage import read_bytes, write_bytes
from pipeline.core.tables import CATEGORY, read_table, write_table

CONSTANT, VARYING = "constant", "varying"
"""The two models; every other variant is the second but for one thing."""

TRACES = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "step": pa.int32(),
        "set": CATEGORY,
        "log_likelihood": pa.float64(),
    }
)
"""Log likelihood of all points of a set before a step, in nats: `train` at every step, `holdout` at some."""

DIPS = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "measure": CATEGORY,
        "brink": pa.int32(),
        "start": pa.int32(),
        "bottom": pa.int32(),
        "duration": pa.int32(),
        "depth": pa.float64(),
        "share": pa.float64(),
        "first": pa.float64(),
        "second": pa.float64(),
        "noise": pa.float64(),
        "step_first": pa.float64(),
        "step_second": pa.float64(),
        "step_noise": pa.float64(),
    }
)
"""One row per dip and measure, see `regress.dips`: its depth in nats and as a share of the trace's range.
The change from the brink to the bottom, which is minus the depth, is `first` + `second` + `noise`, see `Parts`; the
change in the last step before the bottom is the sum of the other three."""

COUNTS = {"steps": pa.int32(), "dips": pa.int32(), "deepest": pa.float64()}

FALLS = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "x": pa.float64(),
        "y": pa.float64(),
        "f_brink": pa.float64(),
        "f_before": pa.float64(),
        "f_bottom": pa.float64(),
        "sigma_brink": pa.float64(),
        "sigma_before": pa.float64(),
        "sigma_bottom": pa.float64(),
    }
)
"""One row a training point of the deepest dip of a seed under each model: f and σ at the dip's brink, one step before
its bottom, and there."""

FITS = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "x": pa.float64(),
        "y": pa.float64(),
        "line": pa.float64(),
        "noise": pa.float64(),
        "f": pa.float64(),
        "sigma": pa.float64(),
    }
)
"""One row a training point: the true line and noise there, and f and σ where the training likelihood was highest."""


OUTCOMES = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "best": pa.float64(),
        "holdout": pa.float64(),
        "dips_all": pa.int32(),
        "dips_share": pa.int32(),
        "deepest_all": pa.float64(),
        "smallest": pa.float64(),
        "level": pa.float64(),
        **{f"{name}{suffix}": kind for suffix in ("", "_other") for name, kind in COUNTS.items()},
    }
)
"""One row a variant and seed: the best training log likelihood, and the holdout's at the best look, in nats a point;
all dips by either measure and the deepest (nats); the smallest σ at the best step; and up to the level that this
trace and that of `varying` with the same seed both reach, steps, dips and deepest of this, and (`_other`) of that."""


@dataclass(frozen=True)
class Regression:
    """All that the study found; see the schemas."""

    traces: pd.DataFrame
    dips: pd.DataFrame
    falls: pd.DataFrame
    fits: pd.DataFrame
    outcomes: pd.DataFrame


SCHEMAS = {"traces": TRACES, "dips": DIPS, "falls": FALLS, "fits": FITS, "outcomes": OUTCOMES}


def write_regression(paths: Mapping[str, Path], regression: Regression) -> None:
    """Put the tables at their paths; one without rows, where no dip was seen, has its columns all the same.

    Raises:
        DataError: a table breaks its schema.
    """
    for name, schema in SCHEMAS.items():
        table: pd.DataFrame = getattr(regression, name)
        if len(table):
            write_table(paths[name], table, schema)
        else:
            buffer = io.BytesIO()
            pq.write_table(schema.empty_table(), buffer)
            write_bytes(paths[name], buffer.getvalue())


def read_regression(paths: Mapping[str, Path]) -> Regression:
    """The tables, from the file of each.

    Raises:
        DataError: a file is truncated or no parquet, or is not what its schema says.
    """
    return Regression(**{name: _read(paths[name], schema) for name, schema in SCHEMAS.items()})


def _read(path: Path, schema: pa.Schema) -> pd.DataFrame:
    empty: pd.DataFrame = schema.empty_table().to_pandas()
    return empty if _is_empty(path, schema) else read_table(path, schema)


def _is_empty(path: Path, schema: pa.Schema) -> bool:
    """Whether a file is whole, of this schema, and without a row."""
    try:
        found = pq.read_table(io.BytesIO(read_bytes(path)))
    except (pa.ArrowException, OSError):
        return False
    return bool(found.num_rows == 0 and found.schema.equals(schema))
