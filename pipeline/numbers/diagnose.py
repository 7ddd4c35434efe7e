"""Numbers of the latent spaces that the report quotes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, normal_interval, normal_quantile
from pipeline.investigations.model_relations import variants_of

Numbers = dict[str, float | int | str]
SHARES = ("accuracy", "moments", "void", "unsure")
"""Keys of the diagnosis under which estimates are shares; the report quotes them in per cent."""
ENDS = Interval._fields


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
    """Summarise the diagnoses, compare generated with real images, and compare lengths of training.

    Args:
        params: models, roles, and the confidence of all intervals.
        found: diagnosis of each model; see `pipeline.investigations.diagnose.diagnose.diagnose`.
        scores: scores of each model, one row per image.

    Returns:
        Numbers under `diagnose.MODEL.`, shares in per cent and all else in nats; and under `diagnose.longer.` the
        differences between the longest and the shortest training of the middle model.
    """
    settings = params.diagnose
    numbers: Numbers = {
        "diagnose.threshold": settings.active,
        "diagnose.draws": settings.draws,
        "diagnose.void": settings.void,
        "diagnose.models": " ".join(name for name in settings.models if name in found),
    }
    for name, findings in found.items():
        key = f"diagnose.{name}"
        numbers |= {f"{key}.epochs": params.epochs(name), f"{key}.dead": findings["latent"] - findings["active"]}
        numbers |= _flat(key, {what: value for what, value in findings.items() if what != "activity"})
        numbers |= _information(key, findings) | {f"{key}.inner_percent": 100 * findings["norm"]["inner"]}
        real = real_scores(name, params, scores)
        if real is not None:
            numbers |= _gap(key, findings["generated"], real, params.intervals.confidence)
    trained = lengths(params, found)
    numbers["diagnose.lengths"] = " ".join(trained)
    if len(trained) > 1:
        numbers |= _longer(numbers, *(list(trained)[place] for place in (0, -1)))
    return numbers


def _flat(key: str, findings: Mapping[str, Any]) -> Numbers:
    """Return nested numbers under keys joined by dots, shares in per cent."""
    numbers: Numbers = {}
    for what, value in findings.items():
        if isinstance(value, Mapping):
            numbers |= _flat(f"{key}.{what}", value)
        else:
            percent = what in ENDS and any(f".{one}" in key for one in SHARES)
            numbers[f"{key}.{what}"] = 100 * value if percent else value
    return numbers


def _information(key: str, findings: Mapping[str, Any]) -> Numbers:
    """Return a lower bound of KL(q(z) || p) and an upper bound of I(x; z), both of the whole population of images."""
    whole = findings["divergence"]
    low = max(findings["gaussian"], findings["bound"]["low"], whole["units"], 0.0)
    return {f"{key}.marginal_low": low, f"{key}.information_high": whole["divergence"] - low}


def _gap(key: str, generated: Mapping[str, Any], real: "pd.Series[float]", confidence: float) -> Numbers:
    """Return the mean log likelihood of generated images less that of real ones, with its interval."""
    error = (generated["high"] - generated["low"]) / (2 * normal_quantile(confidence))
    whole = float(np.hypot(error, real.std(ddof=1) / np.sqrt(len(real))))
    gap = normal_interval(generated["value"] - float(real.mean()), whole, confidence)
    return {f"{key}.real": float(real.mean()), **{f"{key}.gap.{end}": value for end, value in gap._asdict().items()}}


def _longer(numbers: Numbers, short: str, full: str) -> Numbers:
    """Return differences between two lengths of training, longer minus shorter, with intervals."""
    found: Numbers = {"diagnose.longer.short": short, "diagnose.longer.full": full}
    for quantity in ("accuracy", "moments", "void.prior", "unsure.prior", "gap"):
        ends = [[numbers.get(f"diagnose.{name}.{quantity}.{end}") for end in ENDS] for name in (short, full)]
        if any(not isinstance(value, float) for run in ends for value in run):
            continue
        (a, a_low, a_high), (b, b_low, b_high) = np.array(ends, dtype=np.float64)
        half = float(np.hypot(a_high - a_low, b_high - b_low) / 2)
        values = (float(b - a), float(b - a) - half, float(b - a) + half)
        found |= {f"diagnose.longer.{quantity}.{end}": value for end, value in zip(ENDS, values, strict=True)}
    return found
