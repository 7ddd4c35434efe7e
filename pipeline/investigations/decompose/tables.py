"""Tables of the decomposition of one model's log likelihood."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table

DRAWS = pa.schema(
    {
        "id": pa.int32(),
        "label": pa.int8(),
        "draws": pa.int32(),
        "repetitions": pa.int32(),
        "inside": pa.float64(),
        "inside_spread": pa.float64(),
        "outside": pa.float64(),
        "outside_spread": pa.float64(),
    }
)
"""One row per image and number of draws from the encoder: the log of the mean weight (inside) and the mean log weight
(outside), in nats, each averaged over the repetitions, and its standard deviation between repetitions (spread)."""

REDRAWS = pa.schema(
    {
        "id": pa.int32(),
        "redraw": pa.int32(),
        "log_likelihood": pa.float64(),
        "standard_error": pa.float64(),
        "binarization_log_ratio": pa.float64(),
    }
)
"""One row per image and new binarisation: log p(x) with its Monte Carlo error, and log P(x | grey) less its mean over
binarisations, all in nats."""

GRADIENTS = pa.schema(
    {
        "network": CATEGORY,
        "objective": CATEGORY,
        "draws": pa.int32(),
        "signal": pa.float64(),
        "noise": pa.float64(),
        "between": pa.float64(),
        "images": pa.int32(),
    }
)
"""One row per network, objective and number of draws, of the gradient of one image's objective: the squared length of
its expectation (signal), its variance between draws (noise), and the variance of the expectation between images."""

ESTIMATES = pa.schema(
    {
        "quantity": pa.string(),
        "part": pa.string(),
        "value": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "images": pa.int32(),
    }
)
"""One row per estimate, with its bootstrap interval over images.

- `share`: share of the variance of log p(x) over test images, by part; the shares add up to one.
- `alone`: R^2 of the regression on one part alone, and on all of them `together`.
- `deviation`: standard deviation in nats, over images (`all`), between binarisations of one image (`binarization`), and
  of their log ratio (`binarization_log_ratio`).
- `binarization_log_ratio`: regression of log p(x) on it between binarisations of one image, `slope` and R^2 (`share`).
- `order.MODEL`: rank correlation with another model's log p(x) within a class, and its mean over classes.
"""

EVERY = "every"
"""In place of a class: the mean over classes."""

SCHEMAS = {"draws": DRAWS, "redraws": REDRAWS, "gradients": GRADIENTS, "estimates": ESTIMATES}


class Decomposition(NamedTuple):
    """All tables of the decomposition, and the name of the decomposed model."""

    model: str
    draws: pd.DataFrame
    redraws: pd.DataFrame
    gradients: pd.DataFrame
    estimates: pd.DataFrame


def read_decomposition(model: str, path: Callable[[str], Path]) -> Decomposition:
    """Read the tables of `SCHEMAS`, each from the path that belongs to its name."""
    return Decomposition(model, **{name: read_table(path(name), schema) for name, schema in SCHEMAS.items()})
