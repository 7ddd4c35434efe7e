"""Tables of differences between models, of the number of latent dimensions, and of its effects."""

import pyarrow as pa

from pipeline.core.tables import CATEGORY

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
        "size": pa.int32(),
    }
)
"""One row per kind of effect, pair of models, quantity and stratum (a subset, or `test` and one of its regions).

The value, in nats unless another unit is named, has a confidence interval over `size` images, or training runs of a.

- `run`: mean of log p(x) under training run a of the kind of b; interval over images.
- `spread`: standard deviation of these means over the runs of the kind of a; chi-squared interval, over runs.
- `seed_pairs`: the same images under two runs of one kind, a less b; interval over images.
- `runs`: mean over the runs of the kind of a less that of b; Welch's interval, over runs.
- `single-run`: the same where one of the two has a single run and they differ in the training images alone, or in how
  a conditional model is given the label; Student's interval, over runs, as if both spread equally.
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
"""One row per number of latent dimensions, quantity and stratum, of models that are otherwise `compare.base`.

- `quantity`: `log_likelihood` and `elbo`, in nats per image; `active`, the number of active units.
- `stratum`: `test`, one of its regions, or `FIT`.
- `value`: the mean over `runs` training runs; from `low` to `high` over runs or, with one run, over images.
- `difference`: the value less that of `compare.base`, so that all differences are from one number. Where both have
  several runs, the interval is Welch's over runs and `over` is `runs`; where one has a single run, it is Student's over
  runs, as if both spread equally, and `over` is `single-run`; where both have, it is over `images`.
"""
