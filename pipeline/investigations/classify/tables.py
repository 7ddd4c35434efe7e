"""The table of every image's likelihood under each label it could have."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.errors import DataError
from pipeline.core.tables import CATEGORY, read_table

CLASSIFIED = pa.schema(
    {
        "image": pa.int32(),
        "set": CATEGORY,
        "region": CATEGORY,
        "digit": pa.int8(),
        "y": pa.int8(),
        "prior": pa.float64(),
        "log_likelihood": pa.float64(),
        "standard_error": pa.float64(),
        "pareto_k": pa.float64(),
        "draws": pa.int32(),
    }
)
"""One row an image and label: log p(x | y) in nats with its Monte Carlo standard error, and the prior p(y).

`image` is the id, `digit` the true label and `y` the one that is given; `pareto_k` and `draws` are of the
importance weights.
"""


def read_classified(path: Path) -> pd.DataFrame:
    """Every image's likelihood under each label; see `CLASSIFIED`.

    Raises:
        DataError: the table is not whole, or an image lacks a label or has one twice.
    """
    table = read_table(path, CLASSIFIED)
    images, labels = table["image"].nunique(), table["y"].nunique()
    if table.duplicated(["image", "y"]).any() or len(table) != images * labels:
        raise DataError(f"{path}: not every image has each of {labels} labels once; remake it with `dvc repro`")
    return table
