"""The tables of what was measured: every image's likelihood, and the differences between models."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table, write_table

SCORES = pa.schema(
    {
        "id": pa.int32(),
        "digit": pa.int8(),
        "set": CATEGORY,
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
"""One row an image scored; `elbo`, `log_likelihood` and its Monte Carlo `standard_error` in nats."""

LABELS = ("digit", "set", "region")
SCORED = pa.schema([field for field in SCORES if field.name not in LABELS])
"""What scoring finds of an image; the rest of `SCORES` is what the split says of it."""

PAIRS = pa.schema(
    {
        "model_a": pa.string(),
        "model_b": pa.string(),
        "set": CATEGORY,
        "region": CATEGORY,
        "difference": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "images": pa.int32(),
    }
)
"""One row a pair, set and region; the mean of model_a - model_b over the same images, in nats."""


def write_scores(path: Path, scored: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    """Put scores at `path` with what the split says of each image, and return both; see `SCORES`."""
    scores = scored.merge(split[["id", *LABELS]], on="id", validate="one_to_one")
    write_table(path, scores, SCORES)
    return scores


def read_scores(path: Path) -> pd.DataFrame:
    """Every scored image's likelihood under one model; see `SCORES`."""
    return read_table(path, SCORES)


def read_pairs(path: Path) -> pd.DataFrame:
    """Paired differences between models; see `PAIRS`."""
    return read_table(path, PAIRS)
