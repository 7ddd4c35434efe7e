"""Effects of the number of latent dimensions and of the training run, in one table."""

import pandas as pd

from pipeline.config import Params
from pipeline.core.rng import stream
from pipeline.data.images import Images
from pipeline.investigations.compare.gain import gain_effects, traits
from pipeline.investigations.compare.negative_gains import gains_of
from pipeline.investigations.compare.seeds import seed_effects
from pipeline.investigations.compare.strata import Row, Scores
from pipeline.investigations.compare.tables import EFFECTS
from pipeline.investigations.compare.unseen import unseen_effects


def dimension_effects(
    params: Params, scores: Scores, images: Images, split: pd.DataFrame, pairs: pd.DataFrame
) -> pd.DataFrame:
    """Compute every effect for which the models have been scored.

    Args:
        params: `roles` names the small and the middle model; `intervals` has the confidence.
        scores: of every model, one row per image.
        images: all images.
        split: subset, region and position on the principal axes of every image.
        pairs: mean differences between single models; see `PAIRS`.

    Returns:
        One row per effect, pair of models and stratum, in nats unless another unit is named; see `EFFECTS`.
    """
    rows: list[Row] = [
        *seed_effects(params, scores, pairs),
        *unseen_effects(params, scores),
    ]
    pair = params.roles.middle, params.roles.small
    if set(pair) <= set(scores):
        gains = gains_of(scores[pair[0]], scores[pair[1]])[["id", "a", "b"]]
        table = traits(images, split).merge(gains, on="id", validate="one_to_one")
        rows += gain_effects(table, pair, params.intervals, stream(params.seed, "dimensions", "gain"))
    return pd.DataFrame(rows, columns=EFFECTS.names)
