"""What the page quotes of the latent spaces."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.investigations.compare.model_relations import relatives

Numbers = dict[str, float | int | str]
SHARES = ("accuracy", "moments", "void", "unsure")
"""Which findings are shares, quoted in per cent."""
ENDS = ("value", "low", "high")
TWO_SIDED = 1.959964


def lengths(params: Params, names: Mapping[str, Any]) -> dict[str, int]:
    """The middle model and those trained for longer or shorter, of these names: to each its epochs, in that order."""
    middle = params.roles.middle
    if middle not in names or middle not in params.models:
        return {}
    family = [name for name in (middle, *relatives(params, middle, "duration")) if name in names]
    return dict(sorted(((name, params.epochs(name)) for name in family), key=lambda pair: pair[1]))


def real_scores(name: str, params: Params, scores: Mapping[str, pd.DataFrame]) -> "pd.Series[float] | None":
    """Log likelihood of the test images of the kind that a model was trained on, if it was scored."""
    if name not in scores:
        return None
    test = scores[name][scores[name]["set"] == "test"]
    ordinary = test[test["region"] == "centre"] if params.models[name].train_on == "core" else test
    found: pd.Series[float] = ordinary["log_likelihood"]
    return found if len(found) > 1 else None


def diagnosis_numbers(
    params: Params, found: Mapping[str, Mapping[str, Any]], scores: Mapping[str, pd.DataFrame]
) -> Numbers:
    """What was found of every latent space, beside the likelihood of real images, and along training time.

    Args:
        params: the models and their roles.
        found: of each model, what `pipeline.investigations.diagnose.diagnose.diagnose` returned.
        scores: of each model, one row an image.
    """
    settings = params.diagnose
    numbers: Numbers = {
        "diagnose.threshold": settings.active,
        "diagnose.draws": settings.draws,
        "diagnose.models": " ".join(name for name in settings.models if name in found),
    }
    for name, findings in found.items():
        key = f"diagnose.{name}"
        numbers |= {f"{key}.epochs": params.epochs(name), f"{key}.dead": findings["latent"] - findings["active"]}
        numbers |= _flat(key, {what: value for what, value in findings.items() if what != "activity"})
        numbers |= _information(key, findings) | {f"{key}.inner_percent": 100 * findings["norm"]["inner"]}
        real = real_scores(name, params, scores)
        if real is not None:
            numbers |= _against_real(key, findings["generated"], real)
    trained = lengths(params, found)
    numbers["diagnose.lengths"] = " ".join(trained)
    if len(trained) > 1:
        numbers |= _longer(numbers, *(list(trained)[place] for place in (0, -1)))
    return numbers


def _flat(key: str, findings: Mapping[str, Any]) -> Numbers:
    """Nested findings under keys with dots, shares in per cent."""
    numbers: Numbers = {}
    for what, value in findings.items():
        if isinstance(value, Mapping):
            numbers |= _flat(f"{key}.{what}", value)
        else:
            percent = what in ENDS and any(f".{one}" in key for one in SHARES)
            numbers[f"{key}.{what}"] = 100 * value if percent else value
    return numbers


def _information(key: str, findings: Mapping[str, Any]) -> Numbers:
    """Between which bounds I(x; z) and KL(q(z) || p) are for all images that there could be."""
    whole = findings["divergence"]
    low = max(findings["gaussian"], findings["bound"]["low"], whole["units"], 0.0)
    return {f"{key}.marginal_low": low, f"{key}.information_high": whole["divergence"] - low}


def _against_real(key: str, generated: Mapping[str, Any], real: "pd.Series[float]") -> Numbers:
    """Mean log likelihood of generated images less that of real ones, with an interval."""
    error = (generated["high"] - generated["low"]) / (2 * TWO_SIDED)
    half = TWO_SIDED * float(np.hypot(error, real.std(ddof=1) / np.sqrt(len(real))))
    difference = generated["value"] - float(real.mean())
    return {
        f"{key}.real": float(real.mean()),
        f"{key}.lack.value": difference,
        f"{key}.lack.low": difference - half,
        f"{key}.lack.high": difference + half,
    }


def _longer(numbers: Numbers, short: str, full: str) -> Numbers:
    """What the longest run has more of than the shortest, each with an interval over draws and images."""
    found: Numbers = {"diagnose.longer.short": short, "diagnose.longer.full": full}
    for what in ("accuracy", "moments", "void.prior", "unsure.prior", "lack"):
        ends = [[numbers.get(f"diagnose.{name}.{what}.{end}") for end in ENDS] for name in (short, full)]
        if any(not isinstance(value, float) for run in ends for value in run):
            continue
        (a, a_low, a_high), (b, b_low, b_high) = np.array(ends, dtype=np.float64)
        half = float(np.hypot(a_high - a_low, b_high - b_low) / 2)
        values = (float(b - a), float(b - a) - half, float(b - a) + half)
        found |= {f"diagnose.longer.{what}.{end}": value for end, value in zip(ENDS, values, strict=True)}
    return found
