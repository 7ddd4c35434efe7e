"""Table of every image's log likelihood under one model."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table, write_table

SCORES = pa.schema(
    {
        "id": pa.int32(),
        "label": pa.int8(),
        "subset": CATEGORY,
        "region": CATEGORY,
        "elbo": pa.float64(),
        "log_likelihood": pa.float64(),
        "standard_error": pa.float64(),
        "ess": pa.float64(),
        "pareto_k": pa.float64(),
        "draws": pa.int32(),
        "passes": pa.float32(),
    }
)
"""One row per scored image; `elbo`, `log_likelihood` and its Monte Carlo `standard_error` in nats."""

LABELS = ("label", "subset", "region")
SCORED = pa.schema([field for field in SCORES if field.name not in LABELS])
"""Columns that scoring computes; the others of `SCORES` come from the split."""


def write_scores(path: Path, scored: pd.DataFrame, split: pd.DataFrame) -> None:
    """Write scores with each image's label, subset and region; see `SCORES`."""
    scores = scored.merge(split[["id", *LABELS]], on="id", validate="one_to_one")
    write_table(path, scores, SCORES, key=["id"])


def read_scores(path: Path) -> pd.DataFrame:
    """Read the log likelihoods of images under one model; see `SCORES`."""
    return read_table(path, SCORES, key=["id"])
