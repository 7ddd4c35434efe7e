"""Variation between training runs, and differences between kinds of model beyond it."""

from collections.abc import Iterator

import numpy as np

from pipeline.config import IntervalParams, Params
from pipeline.core.statistics import deviation_chi2, difference_welch, mean_bootstrap, mean_t
from pipeline.investigations.compare.strata import (
    Row,
    Scores,
    by_latent_dim,
    by_stratum,
    effect,
    pairs,
    runs,
    side_by_side,
    steps,
)


def seed_effects(params: Params, scores: Scores, rng: np.random.Generator) -> Iterator[Row]:
    """Yield the rows `run`, `spread`, `seed_pairs` and `runs`: the variation of the likelihood between training runs.

    A training run counts as one observation, the mean of log p(x) over the images of a stratum, whatever the number of
    images; Welch's interval of the difference between two kinds of model is over runs.
    """
    kinds = {name: runs(params, name, scores) for name in by_latent_dim(params, scores)}
    for name, members in kinds.items():
        yield from _kind(name, members, scores, params.intervals, rng)
    for a, b in steps(list(kinds)):
        if min(len(kinds[a]), len(kinds[b])) > 1:
            yield from _difference((a, b), (kinds[a], kinds[b]), scores, params.intervals.confidence)


def _kind(
    name: str, members: list[str], scores: Scores, params: IntervalParams, rng: np.random.Generator
) -> Iterator[Row]:
    """Yield the rows of one kind of model: each run, the spread of the runs, and every two runs compared."""
    for stratum, part in by_stratum(side_by_side(scores, members)):
        for run in members:
            mean = mean_t(part[run].to_numpy(), params.confidence)
            yield effect("run", (run, name), stratum, mean, (len(part), 1))
        if len(members) > 1:
            spread = deviation_chi2(part[members].mean().to_numpy(), params.confidence)
            yield effect("spread", (name, name), stratum, spread, (len(members), len(members)))
        for a, b in pairs(members):
            values = (part[a] - part[b]).to_numpy()
            difference = mean_bootstrap(values, params.confidence, params.resamples, rng)
            yield effect("seed_pairs", (a, b), stratum, difference, (len(part), len(part)))


def _difference(
    models: tuple[str, str], members: tuple[list[str], list[str]], scores: Scores, confidence: float
) -> Iterator[Row]:
    for stratum, part in by_stratum(side_by_side(scores, [*members[0], *members[1]])):
        a, b = (part[names].mean().to_numpy() for names in members)
        yield effect("runs", models, stratum, difference_welch(a, b, confidence), (len(a), len(b)))
