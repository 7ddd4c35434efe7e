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
    }
)
"""One row per image and new binarisation: log p(x) with its Monte Carlo error, in nats."""

GRADIENTS = pa.schema(
    {
        "network": CATEGORY,
        "objective": CATEGORY,
        "draws": pa.int32(),
        "id": pa.int32(),
        "signal": pa.float64(),
        "noise": pa.float64(),
        "common": pa.float64(),
    }
)
"""One row per network, objective, number of draws and image, of the gradient of the image's objective: the squared
length of its expectation over draws (signal), its variance between draws, summed over parameters (noise), and the
squared length of the mean of the expectations over all images (common, the same in all of them). In squared units of
the gradient, and unbiased, so that a signal can be negative."""

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

- `share`: share of the variance of log p(x) over test images, by part beside the others; the shares add up to one.
- `alone`: R^2 of the regression on one part alone.
- `lead`: the largest share among the attributes of an image less the next one; its part is the one with the largest.
- `share.MODEL` and `lead.MODEL`: the same for log p(x) of the thresholded images under a model of them.
- `share_change.MODEL`: the largest share's part has this share there less its share here.
- `deviation`: standard deviation in nats, over images (`all`) and between binarisations of one image (`binarisation`).
- `signal_to_noise.NETWORK.OBJECTIVE`: of the gradient of one image's objective, by number of draws: root of the mean
  signal over the mean noise.
- `signal_to_noise_change.NETWORK`: inside the logarithm, from one number of draws to the next, as in `8-64`.
- `best_draws`: number of draws at which the gradient of a batch varies least at a given work, by network.
- `same_work`: relative change of that variance from one draw to `draws` of them, by network. `draws` is the best whole
  number for the network that asks for more; it has no interval.
- `order.MODEL`: rank correlation with another model's log p(x) within a class, and its mean over classes.
"""

BASELINES = pa.schema({"baseline": CATEGORY, "id": pa.int32(), "log_likelihood": pa.float64()})
"""One row per model without a latent space and test image: log p(x) in nats."""

EVERY = "every"
"""In place of a class: the mean over classes."""

SCHEMAS = {"draws": DRAWS, "redraws": REDRAWS, "gradients": GRADIENTS, "estimates": ESTIMATES, "baselines": BASELINES}


class Decomposition(NamedTuple):
    """All tables of the decomposition, and the name of the decomposed model."""

    model: str
    draws: pd.DataFrame
    redraws: pd.DataFrame
    gradients: pd.DataFrame
    estimates: pd.DataFrame
    baselines: pd.DataFrame


def read_decomposition(model: str, path: Callable[[str], Path]) -> Decomposition:
    """Read the tables of `SCHEMAS`.

    Args:
        model: name of the decomposed model.
        path: returns the file of a table, by its name.

    Raises:
        DataError: a table is broken or of another kind.
        StorageError: a file is missing.
    """
    return Decomposition(model, **{name: read_table(path(name), schema) for name, schema in SCHEMAS.items()})
