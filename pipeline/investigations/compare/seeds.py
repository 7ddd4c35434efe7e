"""Whether a difference is one of the method or of a training run: means over test images, run by run."""

from collections.abc import Iterator

import numpy as np

from pipeline.config import CompareParams, Params
from pipeline.investigations.compare.intervals import Interval, deviation, mean, welch
from pipeline.investigations.compare.pairs import bootstrap_interval
from pipeline.investigations.compare.strata import (
    Row,
    Scores,
    by_place,
    effect,
    ladder,
    pairs,
    runs,
    side_by_side,
    steps,
)


def seed_effects(params: Params, scores: Scores, rng: np.random.Generator) -> Iterator[Row]:
    """Rows `run`, `spread`, `twins` and `runs`: what of the likelihood is chance of training.

    The mean of log p(x) over a place's images is one number a training run. Welch's interval of the difference
    between two kinds takes each run for one observation, whatever the number of images.
    """
    kinds = {name: runs(params, name, scores) for name in ladder(params, scores)}
    for name, members in kinds.items():
        yield from _kind(name, members, scores, params.compare, rng)
    for a, b in steps(list(kinds)):
        if min(len(kinds[a]), len(kinds[b])) > 1:
            yield from _difference((a, b), (kinds[a], kinds[b]), scores, params.compare.confidence)


def _kind(
    name: str, members: list[str], scores: Scores, params: CompareParams, rng: np.random.Generator
) -> Iterator[Row]:
    """One kind of model: each run, their spread, and every two of them held against each other."""
    for place, part in by_place(side_by_side(scores, members)):
        for run in members:
            found = mean(part[run].to_numpy(), params.confidence)
            yield effect("run", (run, name), place, found, (len(part), 1))
        if len(members) > 1:
            found = deviation(part[members].mean().to_numpy(), params.confidence)
            yield effect("spread", (name, name), place, found, (len(members), len(members)))
        for a, b in pairs(members):
            difference = (part[a] - part[b]).to_numpy()
            found = Interval(float(difference.mean()), *bootstrap_interval(difference, params, rng))
            yield effect("twins", (a, b), place, found, (len(part), len(part)))


def _difference(
    models: tuple[str, str], members: tuple[list[str], list[str]], scores: Scores, confidence: float
) -> Iterator[Row]:
    for place, part in by_place(side_by_side(scores, [*members[0], *members[1]])):
        a, b = (part[names].mean().to_numpy() for names in members)
        yield effect("runs", models, place, welch(a, b, confidence), (len(a), len(b)))
