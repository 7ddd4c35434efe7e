"""What training for longer changes: complete runs of different lengths of models that are otherwise the same."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log2
from typing import Any

import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, difference_newcombe, mean_normal
from pipeline.investigations.model_relations import variants_of
from pipeline.numbers.keys import Numbers, with_interval

Tables = Mapping[str, pd.DataFrame]


def lengths(params: Params, name: str, names: Iterable[str]) -> dict[str, int]:
    """Return the epochs of a model and of its variants with other lengths of training, the shortest first.

    Of two models with the same number of epochs, as a small `epochs_factor` can make them, the first is returned.

    Args:
        params: the models.
        name: of the model.
        names: models that may occur.
    """
    if name not in params.models:
        return {}
    among = set(names)
    family: dict[int, str] = {}
    for one in (name, *variants_of(params, name, "epochs")):
        if one in among:
            family.setdefault(params.epochs(one), one)
    return {family[epochs]: epochs for epochs in sorted(family)}


def families(params: Params, names: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return `lengths` of the small, the middle and the large model, of those that have several."""
    among, roles = list(names), params.roles
    found = {name: lengths(params, name, among) for name in dict.fromkeys((roles.small, roles.middle, roles.large))}
    return {name: trained for name, trained in found.items() if len(trained) > 1}


def length_numbers(
    params: Params, found: Mapping[str, Mapping[str, Any]], scores: Tables, histories: Tables
) -> Numbers:
    """Compare each length of training with the next shorter one, of the small, the middle and the large model.

    Args:
        params: models, roles, and the confidence of the intervals.
        found: diagnosis of each model; those that were not diagnosed are left out.
        scores: scores of each model, one row per image.
        histories: training curves.

    Returns:
        `diagnose.longer.MODEL.*`, what a model has more than the next shorter one, with intervals for these two runs:
        `log_likelihood` of `test` in nats, `void.prior` in percentage points, and `doubling`, nats of log likelihood of
        the validation images per doubling of the epochs, the average over the doublings between the two lengths;
        `doubling_elbo`, the same of the bound, which every training records, has no interval. `lengths` has the models
        that were trained for several lengths, and `lengths.MODEL` the names of their runs, the shortest first.
    """
    trained = families(params, found)
    confidence = params.intervals.confidence
    numbers: Numbers = {"lengths": " ".join(trained)}
    for name, epochs in trained.items():
        numbers[f"lengths.{name}"] = " ".join(epochs)
        numbers |= _voids(list(epochs), found)
        numbers |= _gains(epochs, scores, confidence)
        for short, long in pairwise(one for one in epochs if one in histories):
            gain = _last_bound(histories[long]) - _last_bound(histories[short])
            numbers[f"diagnose.longer.{long}.doubling_elbo"] = gain / log2(epochs[long] / epochs[short])
    return numbers


def _voids(names: Sequence[str], found: Mapping[str, Mapping[str, Any]]) -> Numbers:
    """Return changes of the prior's mass in voids; the draws by which it is measured are independent between models."""
    numbers: Numbers = {}
    for short, long in pairwise(names):
        after, before = (Interval(**found[name]["void"]["prior"]) for name in (long, short))
        change = difference_newcombe(after, before)
        numbers |= with_interval(f"diagnose.longer.{long}.void.prior", change, 100)
    return numbers


def _gains(epochs: Mapping[str, int], scores: Tables, confidence: float) -> Numbers:
    """Return the gains from one length to the next, on `test` and on `validation`, each over the same images."""
    numbers: Numbers = {}
    for subset in ("test", "validation"):
        own = {name: _values(scores[name], subset) for name in epochs if name in scores}
        own = {name: values for name, values in own.items() if len(values) > 1}
        for short, long in pairwise(own):
            gain = mean_normal((own[long] - own[short]).dropna().to_numpy(), confidence)
            key, doublings = "log_likelihood", 1.0
            if subset == "validation":
                key, doublings = "doubling", log2(epochs[long] / epochs[short])
            numbers |= with_interval(f"diagnose.longer.{long}.{key}", Interval(*(end / doublings for end in gain)))
    return numbers


def _values(scores: pd.DataFrame, subset: str) -> "pd.Series[float]":
    """Return the log likelihoods of all images of a subset, by id."""
    found: pd.Series[float] = scores[scores["subset"] == subset].set_index("id")["log_likelihood"]
    return found


def _last_bound(history: pd.DataFrame) -> float:
    return float(history["validation_elbo"].iloc[-1])
