"""Numbers of the conditional models as classifiers and as mixtures over the label."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, mean_normal, share_wilson
from pipeline.investigations.model_relations import headline_models, unconditional
from pipeline.likelihood.subset_means import trustworthy
from pipeline.numbers.bayes import predict
from pipeline.numbers.calibration import calibration_error, reliability
from pipeline.numbers.contrast import contrast_numbers, extremes
from pipeline.numbers.decisions import REACH, decisions
from pipeline.numbers.keys import with_interval
from pipeline.numbers.worth import label_worth

Numbers = dict[str, float | int | str]


def classify_numbers(
    params: Params, classified: Mapping[str, pd.DataFrame], scores: Mapping[str, pd.DataFrame]
) -> Numbers:
    """Compute accuracy, calibration and likelihood of every conditional model, by subset, and compare two of them.

    The likelihood is compared with that of the same model without labels, if that is one of the headline models and
    was scored.

    Args:
        params: the models and their roles, and the confidence of the intervals.
        classified: tables of each conditional model, one row per image and label; see `CLASSIFIED`.
        scores: tables of each model, one row per image.

    Returns:
        `MODEL.classify.*` and `MODEL.classify.SUBSET.*`; and `classify.contrast.*`, see `contrast_numbers`.
    """
    confidence = params.intervals.confidence
    scored = {name: params.models[name] for name in headline_models(params) if name in scores}
    against = {name: unconditional(scored, params.models[name]) for name in classified}
    plain = {name: None if other is None else scores[other] for name, other in against.items()}
    numbers: Numbers = {}
    for name, table in classified.items():
        found: Numbers = {**_reliance(table), **_by_subset(table, plain[name], confidence)}
        if (other := against[name]) is not None:
            found["against"] = other
        numbers |= {f"{name}.classify.{key}": value for key, value in found.items()}
    pair = extremes(params.models, classified)
    return numbers if pair is None else numbers | contrast_numbers(pair, classified, plain, confidence)


def _reliance(table: pd.DataFrame) -> dict[str, float | int]:
    """Return the share of likelihoods whose importance weights are not to be trusted, for all labels and true ones."""
    trusted = trustworthy(table)
    true = table["given_label"] == table["label"]
    return {
        "distrusted_percent": 100 * float(1 - trusted.mean()),
        "distrusted_percent_given": 100 * float(1 - trusted[true].mean()),
        "reach": REACH,
    }


def _by_subset(table: pd.DataFrame, plain: pd.DataFrame | None, confidence: float) -> dict[str, float | int]:
    margins = decisions(table)
    numbers: dict[str, float | int] = {}
    for subset, part in predict(table).groupby("subset", observed=True):
        own = _as_classifier(part, confidence) | _as_density(part)
        own |= _decisions(part, margins[margins["id"].isin(part["id"])])
        numbers |= {f"{subset}.{key}": value for key, value in own.items()}
    for subset, part in label_worth(table, plain).groupby("subset", observed=True):
        numbers |= {f"{subset}.{key}": value for key, value in _label(part, confidence).items()}
    return {key: value for key, value in numbers.items() if np.isfinite(value)}


def _as_classifier(part: pd.DataFrame, confidence: float) -> dict[str, float | int]:
    correct = int(part["correct"].sum())
    accuracy = Interval(*(100 * value for value in share_wilson(correct, len(part), confidence)))
    numbers: dict[str, float | int] = {
        "images": len(part),
        "wrong": len(part) - correct,
        **with_interval("accuracy_percent", accuracy),
        "calibration_error_percent": 100 * calibration_error(reliability(part, confidence)),
    }
    if len(part) > 1:
        excess = 100 * (part["confidence"] - part["correct"]).to_numpy(np.float64)
        numbers |= with_interval("overconfidence_percent", mean_normal(excess, confidence))
    return numbers


def _as_density(part: pd.DataFrame) -> dict[str, float | int]:
    return {
        "given": float(part["given"].mean()),
        "mixture": float(part["mixture"].mean()),
        "monte_carlo_error": float(np.sqrt(np.square(part["standard_error"]).sum()) / len(part)),
    }


def _decisions(part: pd.DataFrame, margins: pd.DataFrame) -> dict[str, float | int]:
    wrong = ~part.set_index("id").loc[margins["id"], "correct"].to_numpy(bool)
    numbers: dict[str, float | int] = {
        "undecided_percent": 100 * float(margins["undecided"].mean()),
        "undecided_wrong": int((margins["undecided"] & wrong).sum()),
        "posterior_error_percent": 100 * float(margins["posterior_error"].mean()),
        "doubted_percent": 100 * float(margins["doubted"].mean()),
    }
    return numbers | ({"worst_odds": float(margins["odds"].max())} if wrong.any() else {})


def _label(part: pd.DataFrame, confidence: float) -> dict[str, float | int]:
    """Return the label's worth and the density's gain, over all images of a subset and by label."""
    numbers: dict[str, float | int] = {
        "label_ceiling": float(part["ceiling"].mean()),
        "compared": len(part),
        "worth_below_zero": int((part["worth"] < 0).sum()),
        "least_worth": float(part["worth"].min()),
    }
    for quantity in ("worth", "gain", "difference"):
        if quantity in part and len(part) > 1:
            numbers |= with_interval(quantity, mean_normal(part[quantity].to_numpy(np.float64), confidence))
    for label, own in part.groupby("label"):
        if len(own) > 1:
            means = {quantity: float(own[quantity].mean()) for quantity in ("worth", "gain") if quantity in own}
            numbers |= {f"label_{label}.{quantity}": mean for quantity, mean in means.items()}
    return numbers
