"""Numbers of the latent spaces that the report quotes."""

from collections.abc import Mapping
from itertools import pairwise
from math import log1p
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, difference_newcombe, mean_normal, share_wilson
from pipeline.investigations.diagnose.tables import SURE
from pipeline.investigations.model_relations import headline_models
from pipeline.numbers.keys import Numbers, with_interval
from pipeline.numbers.lengths import lengths

SHARES = ("accuracy", "moments", "void", "unsure")
"""Keys of the diagnosis under which estimates are shares; the report quotes them in per cent."""
QUOTED = ("latent", "active", "removal", "divergence", "norm", "accuracy", "moments", "void", "unsure")
"""Keys of the diagnosis whose numbers the report quotes."""
INNER = 0.1
"""Share of the prior, by length, that counts as its innermost part."""


def inner_share(level: np.ndarray, confidence: float) -> Interval:
    """Return the share of encoded images in the innermost part of the prior, with Wilson's interval.

    Args:
        level: the prior's distribution function of |z| at each encoded image; see `norm_levels`.
        confidence: of the interval.
    """
    return share_wilson(int((level < INNER).sum()), len(level), confidence)


def real_scores(name: str, params: Params, scores: Mapping[str, pd.DataFrame]) -> "pd.Series[float] | None":
    """Return the log likelihoods of test images of the kind that a model was trained on; None if fewer than two."""
    if name not in scores:
        return None
    test = scores[name][scores[name]["subset"] == "test"]
    ordinary = test[test["region"] == "centre"] if params.models[name].train_on == "core" else test
    found: pd.Series[float] = ordinary["log_likelihood"]
    return found if len(found) > 1 else None


def diagnosis_numbers(
    params: Params,
    found: Mapping[str, Mapping[str, Any]],
    arrays: Mapping[str, Mapping[str, np.ndarray]],
    scores: Mapping[str, pd.DataFrame],
) -> Numbers:
    """Summarise the diagnoses, and compare generated with real images.

    Args:
        params: models, roles, and the confidence of all intervals.
        found: diagnosis of each model; see `pipeline.investigations.diagnose.diagnose.diagnose`.
        arrays: draws of each model; see there too.
        scores: scores of each model, one row per image.

    Returns:
        Numbers under `diagnose.MODEL.`, shares in per cent and all else in nats, among them under `below.RATIO.` the
        masses where the ratio of aggregate posterior and prior is below other thresholds than that of a void.
        `inner` is the share of encoded images in the innermost part of the prior.
        `void_nats` is what moving the prior's mass out of its voids could gain per image, -log(1 - share of the prior).
        `diagnose.models` has the models that the report shows beside each other, and the middle one's other lengths;
        `lengths.before` and `lengths.after` are the epochs of its two longest trainings.
    """
    trained = lengths(params, params.roles.middle, found)
    shown = {*headline_models(params), *trained}
    numbers: Numbers = {
        "diagnose.models": " ".join(name for name in params.diagnose.models if name in found and name in shown),
        "diagnose.lengths": " ".join(trained),
        "diagnose.sure": SURE,
    }
    for before, after in [*pairwise(trained.values())][-1:]:
        numbers |= {"lengths.before": before, "lengths.after": after}
    for name, diagnosis in found.items():
        key = f"diagnose.{name}"
        numbers[f"{key}.epochs"] = params.epochs(name)
        numbers |= _flat(key, {what: diagnosis[what] for what in QUOTED})
        numbers |= _flat(f"{key}.generated.emptier", diagnosis["generated"]["emptier"])
        for one in diagnosis["curve"]:
            numbers |= _flat(f"{key}.below.{one['ratio']:g}", one, percent=True)
        inside = inner_share(arrays[name]["level"], params.intervals.confidence)
        numbers |= with_interval(f"{key}.inner", inside, 100)
        numbers[f"{key}.marginal_least"] = _least_misfit(diagnosis)
        void = min(diagnosis["void"]["prior"]["value"], 0.999)  # of few draws all may lie in voids
        numbers[f"{key}.void_nats"] = -log1p(-void)
        real = real_scores(name, params, scores)
        if real is not None:
            numbers |= _gap(key, diagnosis["generated"], real, params.intervals.confidence)
    return numbers


def _flat(key: str, diagnosis: Mapping[str, Any], *, percent: bool = False) -> Numbers:
    """Return nested numbers under keys joined by dots, and estimates with their intervals, shares in per cent."""
    numbers: Numbers = {}
    for what, value in diagnosis.items():
        share = percent or what in SHARES
        if not isinstance(value, Mapping):
            numbers[f"{key}.{what}"] = value
        elif set(value) == set(Interval._fields):
            numbers |= with_interval(f"{key}.{what}", Interval(**value), 100 if share else 1)
        else:
            numbers |= _flat(f"{key}.{what}", value, percent=share)
    return numbers


def _least_misfit(diagnosis: Mapping[str, Any]) -> float:
    """Return a lower bound of KL(q(z) || p), of the whole population of images."""
    return max(0.0, *map(float, (diagnosis["gaussian"], diagnosis["bound"]["low"], diagnosis["divergence"]["units"])))


def _gap(key: str, generated: Mapping[str, Any], real: "pd.Series[float]", confidence: float) -> dict[str, float]:
    """Return the mean log likelihood of generated images less that of real ones, with its interval."""
    made = Interval(*(generated[end] for end in Interval._fields))
    return with_interval(f"{key}.gap", difference_newcombe(made, mean_normal(real.to_numpy(), confidence)))
