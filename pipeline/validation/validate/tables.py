"""Table of several estimators' log likelihoods of the same images, the reference among them."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table

REFERENCE, STUDY = "reference", "study"
"""Methods besides the proposals: the reference that all are compared with, and the estimate in the model's scores."""
CURVES = ("encoder", "mode", "modes")
"""Proposals that the study compares, by their names in params.yaml."""

METHOD_ESTIMATES = pa.schema(
    {
        "id": pa.int32(),
        "subset": CATEGORY,
        "method": CATEGORY,
        "draws": pa.int32(),
        "passes": pa.float64(),
        "log_likelihood": pa.float64(),
        "standard_error": pa.float64(),
        "pareto_k": pa.float64(),
    }
)
"""One row per image, method and number of draws: log p(x) in nats with its Monte Carlo standard error, the work
in decoder passes, and the Pareto shape of the weights."""


def read_method_estimates(path: Path) -> pd.DataFrame:
    """Read every method's estimates for one model's images; see `METHOD_ESTIMATES`."""
    return read_table(path, METHOD_ESTIMATES)
