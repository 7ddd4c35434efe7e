"""The table of what several estimators say of the same images, and what there is to hold against them."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table

REFERENCE, STUDY = "reference", "study"
"""What the others are held against; and the estimate that stands in the model's scores."""
CURVES = ("encoder", "mode", "modes")
"""Proposals that are compared at several numbers of draws; see `pipeline.validation.validate.methods`."""

ESTIMATED = pa.schema(
    {
        "image": pa.int32(),
        "set": CATEGORY,
        "method": CATEGORY,
        "draws": pa.int32(),
        "passes": pa.float64(),
        "log_likelihood": pa.float64(),
        "standard_error": pa.float64(),
        "pareto_k": pa.float64(),
    }
)
"""One row an image, method and number of draws: log p(x) in nats with its Monte Carlo standard error, the work
in decoder passes, and the Pareto shape of the weights. `image` is the id."""


def read_estimated(path: Path) -> pd.DataFrame:
    """What every method says of one model's images; see `ESTIMATED`."""
    return read_table(path, ESTIMATED)
