"""Effects of the number of latent dimensions, in one table."""

import pandas as pd

from pipeline.config import Params
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.data.images import Images
from pipeline.investigations.compare.fit import fit_effects
from pipeline.investigations.compare.gain import gain_effects, traits
from pipeline.investigations.compare.negative_gains import gains_of
from pipeline.investigations.compare.seeds import seed_effects
from pipeline.investigations.compare.strata import Row, Scores, by_latent_dim
from pipeline.investigations.compare.tables import EFFECTS
from pipeline.investigations.compare.unseen import unseen_effects


def dimension_effects(params: Params, scores: Scores, images: Images, split: pd.DataFrame) -> pd.DataFrame:
    """Compute every effect for which the models have been scored; see `EFFECTS`.

    Args:
        params: `roles` names the small, the middle and the large model; `intervals` has the confidence.
        scores: of every model, one row per image.
        images: all images.
        split: subset, region and position on the principal axes of every image.

    Raises:
        ParameterError: none of the three models has been scored.
    """
    models = by_latent_dim(params, scores)
    if not models:
        raise ParameterError("dvc.yaml lists no model of roles.small, middle or large; run `make models`")
    rows: list[Row] = [
        *seed_effects(params, scores, stream(params.seed, "dimensions", "seeds")),
        *unseen_effects(params, scores, stream(params.seed, "dimensions", "unseen")),
        *fit_effects(params, scores),
    ]
    pair = params.roles.middle, params.roles.small
    if set(pair) <= set(models):
        gains = gains_of(scores[pair[0]], scores[pair[1]])
        test = gains.loc[gains["subset"] == "test", ["id", "a", "b"]]
        table = traits(images, split).merge(test, on="id", validate="one_to_one")
        rows += gain_effects(table, pair, params.intervals, stream(params.seed, "dimensions", "gain"))
    return pd.DataFrame(rows, columns=EFFECTS.names)
