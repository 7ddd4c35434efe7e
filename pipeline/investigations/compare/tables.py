"""Tables of differences between models, and of effects of the number of latent dimensions."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table

PAIRS = pa.schema(
    {
        "model_a": pa.string(),
        "model_b": pa.string(),
        "subset": CATEGORY,
        "region": CATEGORY,
        "difference": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "images": pa.int32(),
    }
)
"""One row per pair of models, subset and region: the mean of model_a - model_b over the same images, in nats."""

EFFECTS = pa.schema(
    {
        "kind": CATEGORY,
        "model_a": pa.string(),
        "model_b": pa.string(),
        "quantity": pa.string(),
        "stratum": CATEGORY,
        "value": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "size_a": pa.int32(),
        "size_b": pa.int32(),
    }
)
"""One row per kind of effect, pair of models, quantity and stratum (a subset, or `test` and one of its regions).

The value, in nats unless another unit is named, has a confidence interval; the sizes are numbers of observations.

- `run`: mean of log p(x) under training run a of the kind of b; interval over images.
- `spread`: standard deviation of these means over the runs of the kind of a; chi-squared interval, over runs.
- `runs`: mean over the runs of the kind of a less that of b; Welch's interval, over runs.
- `seed_pairs`: the same images under two runs of one kind, a less b; interval over images.
- `unseen`: gain from training on images of the tails, a (trained with them) less b; interval over images.
- `unseen-runs`: the same, less the mean over all runs of the kind of b; Student's interval, over runs.
- `unseen-gap`: `unseen` with the latent dimensions of a less that with those of b; interval over images.
- `fit`: mean over the training images less that over the stratum's; Welch's interval, over images.
- `fit-gap`: the same of the difference a - b.
- `gain-share`: part of R^2 of a group of predictors of the gain of a over b; no unit.
- `gain-slope`: nats of gain per standard deviation of a predictor, or of a class relative to the mean of all classes.
- `gain-correlation`: correlation of the gain with the log likelihood under the model named by the quantity; no unit.
"""


def read_effects(path: Path) -> pd.DataFrame:
    """Read the effects of the number of latent dimensions; see `EFFECTS`."""
    return read_table(path, EFFECTS)


def read_pairs(path: Path) -> pd.DataFrame:
    """Read the paired differences between models; see `PAIRS`."""
    return read_table(path, PAIRS)
