"""The tables of the regression study."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.storage import read_bytes, write_bytes
from pipeline.core.tables import CATEGORY, read_table, write_table

CONSTANT, VARYING = "constant", "varying"
"""Names of the two models; every other variant is the second with one change."""

TRACES = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "step": pa.int32(),
        "subset": CATEGORY,
        "log_likelihood": pa.float64(),
    }
)
"""One row per variant, seed, subset and step: log likelihood of all points of the subset before the step, in nats;
`train` at every step, `holdout` at some."""

DIPS = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "depth": pa.float64(),
        "first": pa.float64(),
        "second": pa.float64(),
        "noise": pa.float64(),
        "step_first": pa.float64(),
    }
)
"""One row per dip, found by a threshold in nats; see `regress.dips`.

The change of log likelihood from the best step before, the peak, to the bottom is minus the `depth`, in nats, and the
sum of `first`, `second` and `noise`; see `Contributions`. `step_first` is the first order of the last step before the
bottom."""

LEVELS = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "level": pa.float64(),
        "steps": pa.int32(),
        "dips": pa.int32(),
        "square": pa.float64(),
        "cost": pa.float64(),
    }
)
"""One row per variant, seed and bin of the best log likelihood so far, whose middle is `level`, in nats: the steps
taken outside a dip, those of them that begin one, and the sums over these steps of the mean square of f's move and of
its second-order cost, in nats; see `steps_by_level`."""

MOVES = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "shortfall": pa.float32(),
        "cost": pa.float32(),
    }
)
"""One row per step at which the log likelihood is below its running best, after the first that are ignored, under the
two models: how far below, and the second-order cost of the move of f from the best step, in nats; see
`Contributions`."""

FALLS = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "x": pa.float64(),
        "f_peak": pa.float64(),
        "f_bottom": pa.float64(),
        "sigma_peak": pa.float64(),
    }
)
"""One row per training point of each seed's deepest dip, under the two models: f at the dip's peak, the best step
before, and at its bottom, and σ at the peak."""

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
"""One row per model, seed and training point: the true function and standard deviation of the noise, and f and σ at the
step where the log likelihood of the training points was highest."""

OUTCOMES = pa.schema(
    {
        "variant": CATEGORY,
        "seed": pa.int32(),
        "holdout": pa.float64(),
        "dips": pa.int32(),
        "dips_share": pa.int32(),
        "deepest": pa.float64(),
        "smallest": pa.float64(),
    }
)
"""One row per variant and seed.

`holdout`: log likelihood of the holdout, in nats per point, where that of the training points was highest among the
steps of the holdout's evaluation.
`dips`, `dips_share`: number of dips by nats and by share. `deepest`: depth of the deepest, in nats.
`smallest`: smallest σ at the best step."""


@dataclass(frozen=True)
class Regression:
    """Tables of the study; see the schema of each."""

    traces: pd.DataFrame
    levels: pd.DataFrame
    dips: pd.DataFrame
    moves: pd.DataFrame
    falls: pd.DataFrame
    fits: pd.DataFrame
    outcomes: pd.DataFrame


SCHEMAS = {
    "traces": TRACES,
    "levels": LEVELS,
    "dips": DIPS,
    "moves": MOVES,
    "falls": FALLS,
    "fits": FITS,
    "outcomes": OUTCOMES,
}


def write_regression(path: Callable[[str], Path], regression: Regression) -> None:
    """Write each table to the path of its name; one without rows, where no dip was found, keeps its columns.

    Raises:
        DataError: a table does not fit its schema.
    """
    for name, schema in SCHEMAS.items():
        table: pd.DataFrame = getattr(regression, name)
        if len(table):
            write_table(path(name), table, schema)
        else:
            buffer = io.BytesIO()
            pq.write_table(schema.empty_table(), buffer)
            write_bytes(path(name), buffer.getvalue())


def read_regression(path: Callable[[str], Path]) -> Regression:
    """Read each table from the path of its name.

    Raises:
        DataError: a file is truncated, is not parquet, or does not fit its schema.
    """
    return Regression(**{name: _read(path(name), schema) for name, schema in SCHEMAS.items()})


def _read(path: Path, schema: pa.Schema) -> pd.DataFrame:
    empty: pd.DataFrame = schema.empty_table().to_pandas()
    return empty if _is_empty(path, schema) else read_table(path, schema)


def _is_empty(path: Path, schema: pa.Schema) -> bool:
    """Return whether a file is complete, has this schema, and has no rows."""
    try:
        found = pq.read_table(io.BytesIO(read_bytes(path)))
    except (pa.ArrowException, OSError):
        return False
    return bool(found.num_rows == 0 and found.schema.equals(schema))
