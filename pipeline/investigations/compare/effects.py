"""All that the number of latent dimensions changes, in one table."""

import pandas as pd

from pipeline.config import Params
from pipeline.core.errors import ParameterError
from pipeline.core.rng import stream
from pipeline.data.images import Images
from pipeline.investigations.compare.fit import fit_effects
from pipeline.investigations.compare.gain import gain_effects, traits
from pipeline.investigations.compare.negative_gains import gains_of
from pipeline.investigations.compare.seeds import seed_effects
from pipeline.investigations.compare.strata import Row, Scores, ladder
from pipeline.investigations.compare.tables import EFFECTS
from pipeline.investigations.compare.unseen import unseen_effects


def dimension_effects(params: Params, scores: Scores, images: Images, split: pd.DataFrame) -> pd.DataFrame:
    """Everything that can be said with the models that are scored; see `EFFECTS`.

    Args:
        params: which models play the small, the middle and the large part, and how sure intervals are.
        scores: of every model.
        images: all of them.
        split: their sets, regions and places on the axes.

    Raises:
        ParameterError: none of the three models is scored.
    """
    models = ladder(params, scores)
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
        test = gains.loc[gains["set"] == "test", ["id", "a", "b"]]
        table = traits(images, split).merge(test, on="id", validate="one_to_one")
        rows += gain_effects(table, pair, params.compare, stream(params.seed, "dimensions", "gain"))
    return pd.DataFrame(rows, columns=EFFECTS.names)
