"""Variation between training runs, and differences between kinds of model beyond it."""

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from pipeline.config import IntervalParams, Params
from pipeline.core.statistics import (
    Interval,
    deviation_chi2,
    difference_pooled,
    difference_welch,
    mean_bootstrap,
    mean_t,
)
from pipeline.investigations.compare.strata import (
    Row,
    Scores,
    by_latent_dim,
    by_stratum,
    effect,
    runs,
    side_by_side,
    stratum,
)
from pipeline.investigations.model_relations import differences

Spreads = Mapping[str, tuple[Interval, str]]


def seed_effects(params: Params, scores: Scores, pairs: pd.DataFrame, rng: np.random.Generator) -> Iterator[Row]:
    """Yield the rows `run`, `spread` and `seed_pairs`, and for every pair `runs`, `unseen-runs` or `spreads`.

    A training run counts as one observation, the mean of log p(x) over the images of a stratum, whatever the number of
    images.

    Args:
        params: describes the models.
        scores: of every model, one row per image.
        pairs: mean differences between single models; see `PAIRS`.
        rng: draws the resamples of images.
    """
    spreads: dict[str, tuple[Interval, str]] = {}
    for name in by_latent_dim(params, scores):
        for row, spread in _kind(name, runs(params, name, scores), scores, params.intervals, rng):
            place = str(row["stratum"])
            if spread is not None and (place not in spreads or spread.value > spreads[place][0].value):
                spreads[place] = spread, name
            yield row
    for (a, b), table in pairs.groupby(["model_a", "model_b"], sort=False):
        yield from _over_runs(params, scores, (str(a), str(b)), table, spreads)


def _kind(
    name: str, members: list[str], scores: Scores, params: IntervalParams, rng: np.random.Generator
) -> Iterator[tuple[Row, Interval | None]]:
    """Yield the rows of one kind of model, `spread` together with its interval."""
    for where, part in by_stratum(side_by_side(scores, members)):
        for run in members:
            mean = mean_t(part[run].to_numpy(), params.confidence)
            yield effect("run", (run, name), where, mean, (len(part), 1)), None
        if len(members) > 1:
            spread = deviation_chi2(part[members].mean().to_numpy(), params.confidence)
            yield effect("spread", (name, name), where, spread, (len(members), len(members))), spread
        for b, a in combinations(members, 2):
            values = (part[a] - part[b]).to_numpy()
            difference = mean_bootstrap(values, params.confidence, params.resamples, rng)
            yield effect("seed_pairs", (a, b), where, difference, (len(part), len(part))), None


def _over_runs(
    params: Params, scores: Scores, pair: tuple[str, str], single: pd.DataFrame, spreads: Spreads
) -> Iterator[Row]:
    """Yield what the training runs tell about the difference of two kinds of model.

    With several runs of both, Welch's interval. With one run of one of them, Student's, if nothing but the training
    images sets them apart, so that both can be taken to spread equally. Otherwise how many spreads the single
    difference is, of the kind whose runs spread most.
    """
    confidence = params.intervals.confidence
    a, b = (runs(params, name, scores) for name in pair)
    if pair[0] in b:
        return
    sizes = len(a), len(b)
    alike = differences(params.model(pair[0]), params.model(pair[1])) == {"train_on"}
    if min(sizes) > 1 or (max(sizes) > 1 and alike):
        kind, difference = ("runs", difference_welch) if min(sizes) > 1 else ("unseen-runs", difference_pooled)
        for where, part in by_stratum(side_by_side(scores, [*a, *b])):
            means = part[a].mean().to_numpy(), part[b].mean().to_numpy()
            yield effect(kind, pair, where, difference(*means, confidence), sizes)
        return
    for row in single.to_dict("records"):
        where, size = stratum(row["subset"], row["region"]), abs(row["difference"])
        if where in spreads and spreads[where][0].low > 0:
            spread, name = spreads[where]
            ratio = Interval(size / spread.value, size / spread.high, size / spread.low)
            yield effect("spreads", pair, where, ratio, sizes, name)
