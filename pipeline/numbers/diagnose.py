"""Numbers of the latent spaces that the report quotes."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, difference_newcombe, mean_normal, normal_interval, normal_quantile
from pipeline.investigations.model_relations import variants_of

Numbers = dict[str, float | int | str]
SHARES = ("accuracy", "moments", "void", "unsure")
"""Keys of the diagnosis under which estimates are shares; the report quotes them in per cent."""
ENDS = Interval._fields
APART = ("activity", "curve")
"""Keys of the diagnosis that are not reported as they are."""


def lengths(params: Params, names: Mapping[str, Any]) -> dict[str, int]:
    """Return the epochs of the middle model and of its variants with other lengths of training, the shortest first.

    Args:
        params: models and roles.
        names: models that may occur.
    """
    middle = params.roles.middle
    if middle not in names or middle not in params.models:
        return {}
    family = [name for name in (middle, *variants_of(params, middle, "epochs_factor")) if name in names]
    return dict(sorted(((name, params.epochs(name)) for name in family), key=lambda pair: pair[1]))


def real_scores(name: str, params: Params, scores: Mapping[str, pd.DataFrame]) -> "pd.Series[float] | None":
    """Return the log likelihoods of test images of the kind that a model was trained on; None if fewer than two."""
    if name not in scores:
        return None
    test = scores[name][scores[name]["subset"] == "test"]
    ordinary = test[test["region"] == "centre"] if params.models[name].train_on == "core" else test
    found: pd.Series[float] = ordinary["log_likelihood"]
    return found if len(found) > 1 else None


def diagnosis_numbers(
    params: Params, found: Mapping[str, Mapping[str, Any]], scores: Mapping[str, pd.DataFrame]
) -> Numbers:
    """Summarise the diagnoses, compare generated with real images, and each length of training with the next.

    Args:
        params: models, roles, and the confidence of all intervals.
        found: diagnosis of each model; see `pipeline.investigations.diagnose.diagnose.diagnose`.
        scores: scores of each model, one row per image.

    Returns:
        Numbers under `diagnose.MODEL.`, shares in per cent and all else in nats, among them under `below.RATIO.` the
        masses where the ratio of aggregate posterior and prior is below other thresholds than that of a void. And under
        `diagnose.longer.MODEL.`, for the middle model and its variants of other lengths, what one training has more
        than the next shorter one, with intervals for these two runs.
    """
    settings = params.diagnose
    numbers: Numbers = {
        "diagnose.threshold": settings.active,
        "diagnose.draws": settings.draws,
        "diagnose.void": settings.void,
        "diagnose.networks": settings.networks,
        "diagnose.ratios": " ".join(f"{ratio:g}" for ratio in settings.ratios),
        "diagnose.models": " ".join(name for name in settings.models if name in found),
    }
    for name, diagnosis in found.items():
        key = f"diagnose.{name}"
        numbers |= {f"{key}.epochs": params.epochs(name), f"{key}.dead": diagnosis["latent"] - diagnosis["active"]}
        numbers |= _flat(key, {what: value for what, value in diagnosis.items() if what not in APART})
        for one in diagnosis["curve"]:
            numbers |= _flat(f"{key}.below.{one['ratio']:g}", one, percent=True)
        numbers |= _information(key, diagnosis) | {f"{key}.inner_percent": 100 * diagnosis["norm"]["inner"]}
        real = real_scores(name, params, scores)
        if real is not None:
            numbers |= _gap(key, diagnosis["generated"], real, params.intervals.confidence)
    trained = list(lengths(params, found))
    numbers["diagnose.lengths"] = " ".join(trained)
    return numbers | _longer(trained, found, scores, params.intervals.confidence)


def _longer(
    trained: Sequence[str],
    found: Mapping[str, Mapping[str, Any]],
    scores: Mapping[str, pd.DataFrame],
    confidence: float,
) -> Numbers:
    """Return the test log likelihood of every length of training, and what each has more than the one before.

    The draws and the networks by which voids are measured are independent between models; log likelihoods are of the
    same images.
    """
    test = {name: _test(scores[name]) for name in trained if name in scores}
    numbers = _intervals("diagnose.{}.log_likelihood", test, confidence)
    for short, long in pairwise(trained):
        after, before = (Interval(**found[name]["void"]["prior"]) for name in (long, short))
        change = (100 * end for end in difference_newcombe(after, before))
        numbers |= _with_ends(f"diagnose.longer.{long}.void.prior", Interval(*change))
    gains = {
        long: (test[long] - test[short]).dropna() for short, long in pairwise(trained) if {short, long} <= set(test)
    }
    return numbers | _intervals("diagnose.longer.{}.log_likelihood", gains, confidence)


def _test(scores: pd.DataFrame) -> "pd.Series[float]":
    """Return the log likelihoods of all test images, by id."""
    found: pd.Series[float] = scores[scores["subset"] == "test"].set_index("id")["log_likelihood"]
    return found


def _intervals(key: str, found: Mapping[str, "pd.Series[float]"], confidence: float) -> Numbers:
    """Return the means of each model's values, with intervals over images; none for fewer than two values."""
    numbers: Numbers = {}
    for name, values in found.items():
        if len(values) > 1:
            numbers |= _with_ends(key.format(name), mean_normal(values.to_numpy(), confidence))
    return numbers


def _with_ends(key: str, found: Interval) -> Numbers:
    return {f"{key}.{end}": value for end, value in zip(ENDS, found, strict=True)}


def _flat(key: str, diagnosis: Mapping[str, Any], *, percent: bool = False) -> Numbers:
    """Return nested numbers under keys joined by dots, shares in per cent."""
    numbers: Numbers = {}
    for what, value in diagnosis.items():
        if isinstance(value, Mapping):
            numbers |= _flat(f"{key}.{what}", value, percent=percent or what in SHARES)
        else:
            numbers[f"{key}.{what}"] = 100 * value if percent and what in ENDS else value
    return numbers


def _information(key: str, diagnosis: Mapping[str, Any]) -> Numbers:
    """Return a lower bound of KL(q(z) || p) and an upper bound of I(x; z), both of the whole population of images."""
    whole = diagnosis["divergence"]
    low = max(diagnosis["gaussian"], diagnosis["bound"]["low"], whole["units"], 0.0)
    return {f"{key}.marginal_low": low, f"{key}.information_high": whole["divergence"] - low}


def _gap(key: str, generated: Mapping[str, Any], real: "pd.Series[float]", confidence: float) -> Numbers:
    """Return the mean log likelihood of generated images less that of real ones, with its interval."""
    error = (generated["high"] - generated["low"]) / (2 * normal_quantile(confidence))
    whole = float(np.hypot(error, real.std(ddof=1) / np.sqrt(len(real))))
    gap = normal_interval(generated["value"] - float(real.mean()), whole, confidence)
    return _with_ends(f"{key}.gap", gap)
