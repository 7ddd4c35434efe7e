"""The table of what the number of latent dimensions changes, each figure with its interval."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pipeline.core.tables import CATEGORY, read_table

EFFECTS = pa.schema(
    {
        "kind": CATEGORY,
        "model_a": pa.string(),
        "model_b": pa.string(),
        "quantity": pa.string(),
        "place": CATEGORY,
        "value": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "size_a": pa.int32(),
        "size_b": pa.int32(),
    }
)
"""One row a kind of effect, pair of models, quantity and place (a set, or `test` and a region of it).

The value, in nats where nothing else is said, has a confidence interval; the sizes are those of what it rests on.

- `run`: mean of log p(x) under training run a of the kind of b; interval over images.
- `spread`: standard deviation of these means over the runs of the kind of a; chi-square interval, over runs.
- `runs`: mean over the runs of the kind of a less that of b; Welch's interval, over runs.
- `twins`: the same images under two runs of one kind, a less b; interval over images.
- `unseen`: what training on images of the tails is worth, a (which saw them) less b; interval over images.
- `unseen-runs`: the same, less the mean over all runs of the kind of b; Student's interval, over runs.
- `unseen-gap`: `unseen` with the latent dimensions of a less that with those of b; interval over images.
- `fit`: mean over the training images less that over the place's; Welch's interval, over images.
- `fit-gap`: the same of the difference a - b.
- `gain-share`: part of R^2 that a group of predictors has in the gain of a over b; no unit.
- `gain-slope`: nats of gain a standard deviation of a predictor, or of a digit beside the mean of all.
- `gain-correlation`: of the gain with the log likelihood under the quantity's model; no unit.
"""


def read_effects(path: Path) -> pd.DataFrame:
    """What the number of latent dimensions changes; see `EFFECTS`."""
    return read_table(path, EFFECTS)
