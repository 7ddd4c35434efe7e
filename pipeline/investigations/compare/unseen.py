"""Cost of a tail that was not in the training images, to models of different numbers of latent dimensions."""

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from pipeline.config import Params
from pipeline.core.rng import stream
from pipeline.core.statistics import mean_bootstrap
from pipeline.investigations.compare.strata import (
    Row,
    Scores,
    by_latent_dim,
    by_stratum,
    effect,
    side_by_side,
    trained_with_tails,
)


def unseen_effects(params: Params, scores: Scores) -> Iterator[Row]:
    """Yield the rows `unseen-gap`.

    The cost of an image is log p(x) under a model that was trained on images of the tails too, less that under a model
    that was trained on as many images of the centre alone. Costs of two kinds of model are compared image by image.

    Args:
        params: `compare` names the base; `intervals` has confidence and resamples.
        scores: of every model, one row per image.
    """
    sizes = by_latent_dim(params, params.compare.base, scores)
    others = {name: trained_with_tails(params, name, scores) for name in sizes}
    seen = {name: matched[0] for name, matched in others.items() if matched}
    for b, a in pairwise(seen):
        rng = stream(params.seed, "compare", a, b, "unseen")
        costs = (_cost(scores, seen[name], name) for name in (a, b))
        more, fewer = (cost.set_index(["subset", "region"], append=True)["cost"] for cost in costs)
        gap = (more - fewer).dropna().rename("cost").reset_index(["subset", "region"])
        for where, part in by_stratum(gap):
            mean = mean_bootstrap(part["cost"].to_numpy(), params.intervals.confidence, params.intervals.resamples, rng)
            yield effect("unseen-gap", (a, b), where, mean, len(part))


def _cost(scores: Scores, matched: str, core: str) -> pd.DataFrame:
    table = side_by_side(scores, [matched, core])
    return table.assign(cost=table[matched] - table[core])
