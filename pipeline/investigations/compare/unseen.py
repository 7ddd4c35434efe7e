"""What it costs not to have seen a tail: test images under models trained with and without images like them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.config import CompareParams, Params
from pipeline.investigations.compare.intervals import Interval, student
from pipeline.investigations.compare.pairs import bootstrap_interval
from pipeline.investigations.compare.strata import (
    Row,
    Scores,
    by_place,
    effect,
    ladder,
    runs,
    seers,
    side_by_side,
    steps,
)


def unseen_effects(params: Params, scores: Scores, rng: np.random.Generator) -> Iterator[Row]:
    """Rows `unseen`, `unseen-runs` and `unseen-gap`.

    The cost of an image is log p(x) under a model that has seen its kind less that under one that has not, both
    trained on as many images. Costs of two kinds of model are compared image by image.
    """
    seen = {name: seers(params, name, scores)[0] for name in ladder(params, scores) if seers(params, name, scores)}
    for core, matched in seen.items():
        cost = _cost(scores, matched, core)
        yield from _means("unseen", (matched, core), cost, params.compare, rng)
        members = runs(params, core, scores)
        if len(members) > 1:
            yield from _over_runs((matched, core), members, scores, params.compare.confidence)
    for a, b in steps(list(seen)):
        costs = (_cost(scores, seen[name], name) for name in (a, b))
        more, fewer = (cost.set_index(["set", "region"], append=True)["cost"] for cost in costs)
        gap = (more - fewer).dropna().rename("cost").reset_index(["set", "region"])
        yield from _means("unseen-gap", (a, b), gap, params.compare, rng)


def _cost(scores: Scores, matched: str, core: str) -> pd.DataFrame:
    table = side_by_side(scores, [matched, core])
    return table.assign(cost=table[matched] - table[core])


def _means(
    kind: str, models: tuple[str, str], cost: pd.DataFrame, params: CompareParams, rng: np.random.Generator
) -> Iterator[Row]:
    for place, part in by_place(cost):
        values = part["cost"].to_numpy()
        found = Interval(float(values.mean()), *bootstrap_interval(values, params, rng))
        yield effect(kind, models, place, found, (len(part), len(part)))


def _over_runs(models: tuple[str, str], members: list[str], scores: Scores, confidence: float) -> Iterator[Row]:
    """The one run that saw the tails beside the several that did not, as if runs of both spread alike."""
    for place, part in by_place(side_by_side(scores, [models[0], *members])):
        a, b = part[[models[0]]].mean().to_numpy(), part[members].mean().to_numpy()
        yield effect("unseen-runs", models, place, student(a, b, confidence), (1, len(b)))
