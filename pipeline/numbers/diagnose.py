"""Numbers of the latent spaces that the report quotes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, normal_interval, normal_quantile
from pipeline.investigations.model_relations import headline_models
from pipeline.numbers.lengths import lengths, with_ends

Numbers = dict[str, float | int | str]
SHARES = ("accuracy", "moments", "void", "unsure")
"""Keys of the diagnosis under which estimates are shares; the report quotes them in per cent."""
ENDS = Interval._fields
QUOTED = ("latent", "active", "removal", "accuracy", "moments", "void")
"""Keys of the diagnosis whose numbers the report quotes."""
PARTLY = {
    "divergence": ("divergence", "information", "log_images", "marginal", "total_correlation", "units"),
    "norm": ("relative",),
    "unsure": ("real", "posterior", "prior", "emptiest"),
    "generated": ("emptier",),
}
"""Keys of which it quotes a part."""


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
    """Summarise the diagnoses, and compare generated with real images.

    Args:
        params: models, roles, and the confidence of all intervals.
        found: diagnosis of each model; see `pipeline.investigations.diagnose.diagnose.diagnose`.
        scores: scores of each model, one row per image.

    Returns:
        Numbers under `diagnose.MODEL.`, shares in per cent and all else in nats, among them under `below.RATIO.` the
        masses where the ratio of aggregate posterior and prior is below other thresholds than that of a void.
        `diagnose.models` has the models that the report shows beside each other, and the middle one's other lengths.
    """
    settings, trained = params.diagnose, lengths(params, params.roles.middle, found)
    shown = {*headline_models(params), *trained}
    numbers: Numbers = {
        "diagnose.threshold": settings.active,
        "diagnose.void": settings.void,
        "diagnose.networks": settings.networks,
        "diagnose.ratios": " ".join(f"{ratio:g}" for ratio in settings.ratios),
        "diagnose.models": " ".join(name for name in settings.models if name in found and name in shown),
        "diagnose.lengths": " ".join(trained),
    }
    for name, diagnosis in found.items():
        key = f"diagnose.{name}"
        numbers[f"{key}.epochs"] = params.epochs(name)
        numbers |= _flat(key, {what: diagnosis[what] for what in QUOTED})
        numbers |= _flat(key, {what: {part: diagnosis[what][part] for part in parts} for what, parts in PARTLY.items()})
        for one in diagnosis["curve"]:
            numbers |= _flat(f"{key}.below.{one['ratio']:g}", one, percent=True)
        numbers[f"{key}.marginal_low"] = _least_misfit(diagnosis)
        real = real_scores(name, params, scores)
        if real is not None:
            numbers |= _gap(key, diagnosis["generated"], real, params.intervals.confidence)
    return numbers


def _flat(key: str, diagnosis: Mapping[str, Any], *, percent: bool = False) -> Numbers:
    """Return nested numbers under keys joined by dots, shares in per cent."""
    numbers: Numbers = {}
    for what, value in diagnosis.items():
        if isinstance(value, Mapping):
            numbers |= _flat(f"{key}.{what}", value, percent=percent or what in SHARES)
        else:
            numbers[f"{key}.{what}"] = 100 * value if percent and what in ENDS else value
    return numbers


def _least_misfit(diagnosis: Mapping[str, Any]) -> float:
    """Return a lower bound of KL(q(z) || p), of the whole population of images."""
    return max(0.0, *map(float, (diagnosis["gaussian"], diagnosis["bound"]["low"], diagnosis["divergence"]["units"])))


def _gap(key: str, generated: Mapping[str, Any], real: "pd.Series[float]", confidence: float) -> Numbers:
    """Return the mean log likelihood of generated images less that of real ones, with its interval."""
    error = (generated["high"] - generated["low"]) / (2 * normal_quantile(confidence))
    whole = float(np.hypot(error, real.std(ddof=1) / np.sqrt(len(real))))
    gap = normal_interval(generated["value"] - float(real.mean()), whole, confidence)
    return with_ends(f"{key}.gap", gap)
