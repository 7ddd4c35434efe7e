"""The tables of what makes an image likely."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table

DRAWS = pa.schema(
    {
        "image": pa.int32(),
        "digit": pa.int8(),
        "draws": pa.int32(),
        "repetitions": pa.int32(),
        "inside": pa.float64(),
        "inside_spread": pa.float64(),
        "outside": pa.float64(),
        "outside_spread": pa.float64(),
    }
)
"""One row an image and number of draws from the encoder: the log of the mean weight and the mean log weight, in
nats, each averaged over the repetitions, and its standard deviation between them."""

REDRAWS = pa.schema(
    {
        "image": pa.int32(),
        "redraw": pa.int32(),
        "log_likelihood": pa.float64(),
        "standard_error": pa.float64(),
        "luck": pa.float64(),
    }
)
"""One row an image and new binarization of it: log p(x) with its Monte Carlo error, and how much likelier than on
average the flips fell, all in nats."""

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
"""One row a network, objective and number of draws, of the gradient of one image's objective: the squared length of
its expectation, its variance between draws, and the variance of that expectation between images."""

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
"""One row an estimate with its bootstrap interval over images. Quantities: `share` of the variance of log p(x), the
parts adding up to one; `alone`, what a part explains by itself; `deviation`, in nats; `order.MODEL`, the rank
correlation with another model's log p(x) within a digit."""

EVERY = "every"
"""In place of a digit: the mean over digits."""

SCHEMAS = {"draws": DRAWS, "redraws": REDRAWS, "gradients": GRADIENTS, "estimates": ESTIMATES}


class Anatomy(NamedTuple):
    """All tables, and the model that they are of."""

    model: str
    draws: pd.DataFrame
    redraws: pd.DataFrame
    gradients: pd.DataFrame
    estimates: pd.DataFrame


def read_anatomy(model: str, path: Callable[[str], Path]) -> Anatomy:
    """The tables of `SCHEMAS`, of one model, each at the path of its name."""
    return Anatomy(model, **{name: read_table(path(name), schema) for name, schema in SCHEMAS.items()})
