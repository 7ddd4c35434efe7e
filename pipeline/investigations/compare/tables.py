"""Tables of differences between models, of the number of latent dimensions, and of its effects."""

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
- `seed_pairs`: the same images under two runs of one kind, a less b; interval over images.
- `runs`: mean over the runs of the kind of a less that of b; Welch's interval, over runs.
- `unseen-runs`: the same where one of the two has a single run and they differ in the training images alone; Student's
  interval, over runs, as if both spread equally.
- `spreads`: where neither of these is possible, the size of the difference of the single models a and b, over the
  standard deviation (`spread`) of the kind named by the quantity; no unit.
- `unseen-gap`: gain from training on images of the tails with the latent dimensions of a, less that with those of b;
  interval over images.
- `gain-share`: part of R^2 of a group of predictors of the gain of a over b; no unit.
- `gain-slope`: nats of gain per standard deviation of a predictor, or of a class relative to the mean of all classes.
"""

FIT = "train-validation"
"""Stratum of differences between the mean over training images and the mean over validation images."""

DIMENSIONS = pa.schema(
    {
        "model": pa.string(),
        "latent_dim": pa.int32(),
        "quantity": CATEGORY,
        "stratum": CATEGORY,
        "value": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "difference": pa.float64(),
        "difference_low": pa.float64(),
        "difference_high": pa.float64(),
        "runs": pa.int32(),
        "over": CATEGORY,
    }
)
"""One row per number of latent dimensions, quantity and stratum, of models that are otherwise the middle one.

- `quantity`: `log_likelihood`, `elbo` and `slack`, the one less the other, in nats per image; `active`, the number of
  active units.
- `stratum`: `test`, one of its regions, or `FIT`.
- `value`: the mean over `runs` training runs; from `low` to `high` over runs or, with one run, over images.
- `difference`: the value less that of the middle model; where both have several runs its interval is Welch's and `over`
  is `runs`, otherwise it is of the single models and over images.
"""


def read_effects(path: Path) -> pd.DataFrame:
    """Read the effects of the number of latent dimensions and of the training run; see `EFFECTS`."""
    return read_table(path, EFFECTS)


def read_dimensions(path: Path) -> pd.DataFrame:
    """Read every quantity by the number of latent dimensions; see `DIMENSIONS`."""
    return read_table(path, DIMENSIONS)


def read_pairs(path: Path) -> pd.DataFrame:
    """Read the paired differences between models; see `PAIRS`."""
    return read_table(path, PAIRS)
