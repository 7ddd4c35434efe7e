"""The table of estimates by several methods, for the images that are certified."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table, write_table

SIMULATED = "simulated"
"""The subset of images drawn from the model itself; every other subset is of real images."""
AGAIN = "annealing-again"
"""The method `annealing` repeated on an image with more temperatures; the first estimate stays beside it."""
SEARCH = "second-search"
"""The method `score` repeated after an independent second search: other points of the prior, other random numbers, no
start at the encoder's mean."""

CERTIFIED = pa.schema(
    {
        "id": pa.int32(),
        "subset": CATEGORY,
        "method": CATEGORY,
        "log_likelihood": pa.float64(),
        "error": pa.float64(),
    }
)
"""One row per image and method: log p(x) in nats, with its error.

Simulated images are numbered from 0. Methods: `score`, the estimator; `annealing`, below log p(x) in expectation;
`annealing-again`, the same with other random numbers and more temperatures, for those images only on which `score` and
`annealing` contradict each other; `second-search`, the estimator with another search for modes, for some images of
`test`, most of which have no other row but that of `score`; `reverse`, above log p(x) in expectation, for simulated
images only; `quadrature`, where there are few latent dimensions. The error is the Monte Carlo standard error; for
quadrature it is the difference from a coarser rule. That of `reverse` holds for the one exact draw from which all
chains of an image start.
"""
KEY = ("id", "subset", "method")
"""Columns that identify a row of `CERTIFIED`."""


def write_certified(path: Path, table: pd.DataFrame) -> None:
    """Write one model's estimates to `path`; see `CERTIFIED`.

    Raises:
        DataError: the table is not whole, or an image has a method twice.
    """
    write_table(path, table, CERTIFIED, KEY)


def read_certified(path: Path) -> pd.DataFrame:
    """Read one model's estimates from `path`; see `CERTIFIED`.

    Raises:
        DataError: the table is not whole, or an image has a method twice.
    """
    return read_table(path, CERTIFIED, KEY)
