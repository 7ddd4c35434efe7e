"""What the page quotes of the conditional models as classifiers and as mixtures over the label."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.investigations.compare.model_relations import principals, unconditional
from pipeline.likelihood.subset_means import trustworthy
from pipeline.numbers.bayes import verdicts
from pipeline.numbers.calibration import calibration_error, reliability, wilson
from pipeline.numbers.contrast import contrast_numbers, extremes
from pipeline.numbers.decisions import REACH, decisions
from pipeline.numbers.intervals import mean_and_interval
from pipeline.numbers.worth import label_worth

Numbers = dict[str, float | int | str]


def classify_numbers(
    params: Params, classified: Mapping[str, pd.DataFrame], scores: Mapping[str, pd.DataFrame]
) -> Numbers:
    """Accuracy, calibration and likelihood of every conditional model, by set, and of two models' difference.

    The likelihood is compared with that of the model that differs in not being told the label, if that is one
    of the principal models and was scored.

    Args:
        params: the models and their roles, and the confidence of the intervals.
        classified: of each conditional model, one row an image and label; see `CLASSIFIED`.
        scores: of each model, one row an image.
    """
    confidence = params.compare.confidence
    numbers: Numbers = {}
    scored = {name: params.models[name] for name in principals(params) if name in scores}
    against = {name: unconditional(scored, params.models[name]) for name in classified}
    plain = {name: None if other is None else scores[other] for name, other in against.items()}
    for name, table in classified.items():
        found: Numbers = {**_reliance(table), **_by_set(table, plain[name], confidence)}
        if (other := against[name]) is not None:
            found["against"] = other
        numbers |= {f"{name}.classify.{key}": value for key, value in found.items()}
    pair = extremes(params.models, classified)
    return numbers if pair is None else numbers | contrast_numbers(pair, classified, plain, confidence)


def _reliance(table: pd.DataFrame) -> dict[str, float | int]:
    """How far the weights behind the likelihoods are to be trusted, under all labels and under the true ones."""
    trusted, true = trustworthy(table), table["y"] == table["digit"]
    return {
        "distrusted_percent": 100 * float(1 - trusted.mean()),
        "distrusted_percent_given": 100 * float(1 - trusted[true].mean()),
        "reach": REACH,
    }


def _by_set(table: pd.DataFrame, plain: pd.DataFrame | None, confidence: float) -> dict[str, float | int]:
    found, firm = verdicts(table), decisions(table)
    numbers: dict[str, float | int] = {}
    for one_set, part in found.groupby("set", observed=True):
        own = _as_classifier(part, confidence) | _as_density(part)
        own |= _as_decided(part, firm[firm["image"].isin(part["image"])])
        numbers |= {f"{one_set}.{key}": value for key, value in own.items()}
    for one_set, part in label_worth(table, plain).groupby("set", observed=True):
        numbers |= {f"{one_set}.{key}": value for key, value in _as_told(part, confidence).items()}
    return {key: value for key, value in numbers.items() if np.isfinite(value)}


def _as_classifier(part: pd.DataFrame, confidence: float) -> dict[str, float | int]:
    low, high = wilson(int(part["correct"].sum()), len(part), confidence)
    excess = 100 * (part["confidence"] - part["correct"])
    return {
        "images": len(part),
        "wrong": int((~part["correct"]).sum()),
        "accuracy_percent": 100 * float(part["correct"].mean()),
        "accuracy_percent_low": 100 * low,
        "accuracy_percent_high": 100 * high,
        "calibration_error_percent": 100 * calibration_error(reliability(part, confidence)),
    } | mean_and_interval("overconfidence_percent", excess, confidence)


def _as_density(part: pd.DataFrame) -> dict[str, float | int]:
    return {
        "given": float(part["given"].mean()),
        "mixture": float(part["mixture"].mean()),
        "monte_carlo_error": float(np.sqrt(np.square(part["standard_error"]).sum()) / len(part)),
    }


def _as_decided(part: pd.DataFrame, firm: pd.DataFrame) -> dict[str, float | int]:
    wrong = part.set_index("image").loc[firm["image"], "correct"].to_numpy() == 0
    numbers: dict[str, float | int] = {
        "undecided_percent": 100 * float(firm["undecided"].mean()),
        "undecided_wrong": int((firm["undecided"] & wrong).sum()),
        "posterior_error_percent": 100 * float(firm["posterior_error"].mean()),
        "doubted_percent": 100 * float(firm["doubted"].mean()),
    }
    return numbers | ({"worst_odds": float(firm["odds"].max())} if wrong.any() else {})


def _as_told(part: pd.DataFrame, confidence: float) -> dict[str, float | int]:
    """The label's worth and the density's gain, of all images of a set and by digit."""
    numbers: dict[str, float | int] = {
        "label_ceiling": float(part["ceiling"].mean()),
        "compared": len(part),
        "harmed": int((part["worth"] < 0).sum()),
        "least_worth": float(part["worth"].min()),
    }
    for quantity in ("worth", "gain", "difference"):
        if quantity in part and len(part) > 1:
            numbers |= mean_and_interval(quantity, part[quantity], confidence)
    for digit, own in part.groupby("digit"):
        if len(own) > 1:
            means = {quantity: float(own[quantity].mean()) for quantity in ("worth", "gain") if quantity in own}
            numbers |= {f"digit_{digit}.{quantity}": mean for quantity, mean in means.items()}
    return numbers
