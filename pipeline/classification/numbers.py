"""What the page quotes of the conditional models as classifiers and as mixtures over the label."""

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd

from pipeline.classification.bayes import verdicts
from pipeline.classification.calibration import calibration_error, reliability, wilson
from pipeline.config import Params
from pipeline.summary import trustworthy

Numbers = dict[str, float | int | str]


def classify_numbers(
    params: Params, classified: Mapping[str, pd.DataFrame], scores: Mapping[str, pd.DataFrame]
) -> Numbers:
    """Accuracy, calibration and likelihood of every conditional model, by set.

    The likelihood is compared with that of the middle model, if that was scored, is not conditional
    itself, and sees images made binary in the same way.

    Args:
        params: the models and their roles, and the confidence of the intervals.
        classified: of each conditional model, one row an image and label; see `CLASSIFIED`.
        scores: of each model, one row an image.
    """
    numbers: Numbers = {}
    for name, table in classified.items():
        trusted, true = trustworthy(table), table["y"] == table["digit"]
        numbers[f"{name}.classify.distrusted_percent"] = 100 * float(1 - trusted.mean())
        numbers[f"{name}.classify.distrusted_percent_given"] = 100 * float(1 - trusted[true].mean())
        plain = _comparable(name, params, scores)
        if plain is not None:
            numbers[f"{name}.classify.against"] = params.roles.middle
        for one_set, part in verdicts(table).groupby("set", observed=True):
            own = _as_classifier(part, params.compare.confidence) | _as_density(part)
            own |= {} if plain is None else _against(part, plain, params.compare.confidence)
            numbers |= {f"{name}.classify.{one_set}.{key}": value for key, value in own.items()}
    return numbers


def normal_interval(values: "pd.Series[float]", confidence: float) -> tuple[float, float]:
    """Interval of the mean of independent values, by the central limit theorem."""
    half = NormalDist().inv_cdf((1 + confidence) / 2) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def _as_classifier(part: pd.DataFrame, confidence: float) -> Numbers:
    low, high = wilson(int(part["correct"].sum()), len(part), confidence)
    excess = 100 * (part["confidence"] - part["correct"])
    below, above = normal_interval(excess, confidence)
    return {
        "images": len(part),
        "accuracy_percent": 100 * float(part["correct"].mean()),
        "accuracy_percent_low": 100 * low,
        "accuracy_percent_high": 100 * high,
        "calibration_error_percent": 100 * calibration_error(reliability(part, confidence)),
        "overconfidence_percent": float(excess.mean()),
        "overconfidence_percent_low": below,
        "overconfidence_percent_high": above,
    }


def _as_density(part: pd.DataFrame) -> Numbers:
    return {
        "given": float(part["given"].mean()),
        "mixture": float(part["mixture"].mean()),
        "monte_carlo_error": float(np.sqrt(np.square(part["standard_error"]).sum()) / len(part)),
        "label_worth": float((part["given"] - part["mixture"]).mean()),
    }


def _against(part: pd.DataFrame, plain: pd.DataFrame, confidence: float) -> Numbers:
    both = part.merge(plain[["id", "log_likelihood"]], left_on="image", right_on="id", validate="one_to_one")
    if len(both) < 2:
        return {}
    gain = both["mixture"] - both["log_likelihood"]
    low, high = normal_interval(gain, confidence)
    return {"gain": float(gain.mean()), "gain_low": low, "gain_high": high}


def _comparable(name: str, params: Params, scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Scores of the middle model, if they are log p(x) of the images that the model `name` sees."""
    middle = params.roles.middle
    if middle not in scores or params.models[middle].conditional:
        return None
    same = params.models[middle].binarization == params.models[name].binarization
    return scores[middle] if same else None
