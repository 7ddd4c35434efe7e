"""Variation between training runs, and differences between kinds of model beyond it."""

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from pipeline.config import ModelParams, Params
from pipeline.core.rng import stream
from pipeline.core.statistics import deviation_chi2, difference_pooled, difference_welch, mean_bootstrap, mean_t
from pipeline.investigations.compare.strata import Row, Scores, by_latent_dim, by_stratum, effect, runs, side_by_side
from pipeline.investigations.model_relations import differences


def seed_effects(params: Params, scores: Scores, pairs: pd.DataFrame) -> Iterator[Row]:
    """Yield the rows `run`, `spread` and `seed_pairs`, and for every pair `runs` or `single-run`, if it has one.

    A training run counts as one observation, the mean of log p(x) over the images of a stratum, whatever the number of
    images.

    Args:
        params: describes the models.
        scores: of every model, one row per image.
        pairs: mean differences between single models; see `PAIRS`.
    """
    for name in _kinds(params, scores, pairs):
        yield from _kind(params, scores, name)
    for a, b in pairs[["model_a", "model_b"]].drop_duplicates().itertuples(index=False, name=None):
        yield from _over_runs(params, scores, (a, b))


def _kinds(params: Params, scores: Scores, pairs: pd.DataFrame) -> list[str]:
    """Return `compare.base` with every number of latent dimensions, and other models of the pairs with several runs."""
    kinds = by_latent_dim(params, params.compare.base, scores)
    known = {run for name in kinds for run in runs(params, name, scores)}
    for name in dict.fromkeys(pairs[["model_a", "model_b"]].to_numpy().ravel()):
        members = runs(params, name, scores)
        if len(members) > 1 and name not in known:
            kinds.append(name)
            known.update(members)
    return kinds


def _kind(params: Params, scores: Scores, name: str) -> Iterator[Row]:
    """Yield the rows `run`, `spread` and `seed_pairs` of one kind of model."""
    members, confidence = runs(params, name, scores), params.intervals.confidence
    table = side_by_side(scores, members)
    for where, part in by_stratum(table):
        for run in members:
            yield effect("run", (run, name), where, mean_t(part[run].to_numpy(), confidence), len(part))
        if len(members) > 1:
            spread = deviation_chi2(part[members].mean().to_numpy(), confidence)
            yield effect("spread", (name, name), where, spread, len(members))
    for b, a in combinations(members, 2):
        rng = stream(params.seed, "compare", a, b, "runs")
        for where, part in by_stratum(table):
            difference = mean_bootstrap((part[a] - part[b]).to_numpy(), confidence, params.intervals.resamples, rng)
            yield effect("seed_pairs", (a, b), where, difference, len(part))


def _over_runs(params: Params, scores: Scores, pair: tuple[str, str]) -> Iterator[Row]:
    """Yield the difference of two kinds of model over training runs, if there are enough of them.

    With several runs of both, Welch's interval. With one run of one of them, Student's, if nothing but the training
    images or the form of the label sets them apart, so that both can be taken to spread equally.
    """
    a, b = (runs(params, name, scores) for name in pair)
    if pair[0] in b:
        return
    sizes = len(a), len(b)
    alike = _spread_alike(*(params.model(name) for name in pair))
    if min(sizes) > 1 or (max(sizes) > 1 and alike):
        kind, difference = ("runs", difference_welch) if min(sizes) > 1 else ("single-run", difference_pooled)
        for where, part in by_stratum(side_by_side(scores, [*a, *b])):
            means = part[a].mean().to_numpy(), part[b].mean().to_numpy()
            yield effect(kind, pair, where, difference(*means, params.intervals.confidence), len(a))


def _spread_alike(one: ModelParams, other: ModelParams) -> bool:
    """Return whether training runs of two kinds can be taken to spread equally; see `_over_runs`."""
    apart = differences(one, other)
    return apart == {"train_on"} or (one.conditional and other.conditional and apart <= {"label", "encoder_sees_label"})
