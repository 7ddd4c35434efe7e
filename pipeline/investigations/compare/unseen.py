"""Cost of a tail that was not in the training images: test images under models trained with and without it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.config import IntervalParams, Params
from pipeline.core.statistics import difference_pooled, mean_bootstrap
from pipeline.investigations.compare.strata import (
    Row,
    Scores,
    by_latent_dim,
    by_stratum,
    effect,
    runs,
    side_by_side,
    steps,
    trained_with_tails,
)


def unseen_effects(params: Params, scores: Scores, rng: np.random.Generator) -> Iterator[Row]:
    """Yield the rows `unseen`, `unseen-runs` and `unseen-gap`.

    The cost of an image is log p(x) under a model that was trained on images of the tails too, less that under a model
    that was trained on as many images of the centre alone. Costs of two kinds of model are compared image by image.
    """
    others = {name: trained_with_tails(params, name, scores) for name in by_latent_dim(params, scores)}
    seen = {name: matched[0] for name, matched in others.items() if matched}
    for core, matched in seen.items():
        cost = _cost(scores, matched, core)
        yield from _means("unseen", (matched, core), cost, params.intervals, rng)
        members = runs(params, core, scores)
        if len(members) > 1:
            yield from _over_runs((matched, core), members, scores, params.intervals.confidence)
    for a, b in steps(list(seen)):
        costs = (_cost(scores, seen[name], name) for name in (a, b))
        more, fewer = (cost.set_index(["subset", "region"], append=True)["cost"] for cost in costs)
        gap = (more - fewer).dropna().rename("cost").reset_index(["subset", "region"])
        yield from _means("unseen-gap", (a, b), gap, params.intervals, rng)


def _cost(scores: Scores, matched: str, core: str) -> pd.DataFrame:
    table = side_by_side(scores, [matched, core])
    return table.assign(cost=table[matched] - table[core])


def _means(
    kind: str, models: tuple[str, str], cost: pd.DataFrame, params: IntervalParams, rng: np.random.Generator
) -> Iterator[Row]:
    for stratum, part in by_stratum(cost):
        mean = mean_bootstrap(part["cost"].to_numpy(), params.confidence, params.resamples, rng)
        yield effect(kind, models, stratum, mean, (len(part), len(part)))


def _over_runs(models: tuple[str, str], members: list[str], scores: Scores, confidence: float) -> Iterator[Row]:
    """Compare the one run that saw the tails with the several that did not, as if both kinds had the same spread."""
    for stratum, part in by_stratum(side_by_side(scores, [models[0], *members])):
        a = part[[models[0]]].mean().to_numpy()
        b = part[members].mean().to_numpy()
        yield effect("unseen-runs", models, stratum, difference_pooled(a, b, confidence), (1, len(b)))
