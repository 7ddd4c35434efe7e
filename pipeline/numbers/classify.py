"""Numbers of the conditional models as classifiers and as mixtures over the label."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, difference_newcombe, difference_welch, mean_normal, share_wilson
from pipeline.data.subsets import TAILS
from pipeline.investigations.model_relations import headline_models, unconditional, variants_of
from pipeline.numbers.bayes import predict
from pipeline.numbers.calibration import calibration_error, reliability
from pipeline.numbers.contrast import contrast_numbers, extremes
from pipeline.numbers.decisions import decisions
from pipeline.numbers.keys import Numbers, with_interval
from pipeline.numbers.worth import label_worth


def classify_numbers(
    params: Params, classified: Mapping[str, pd.DataFrame], scores: Mapping[str, pd.DataFrame]
) -> Numbers:
    """Compute accuracy, calibration and likelihood of every conditional model, by subset, and compare two of them.

    The likelihood is compared with that of the same model without labels, if that was scored.

    Args:
        params: the models and their roles, and the confidence of the intervals.
        classified: tables of each conditional model, one row per image and label; see `CLASSIFIED`.
        scores: tables of each model, one row per image.

    Returns:
        `MODEL.classify.*` and `MODEL.classify.SUBSET.*` of each model, other runs of which serve
        `gain_over_runs_least` alone; and of the headline models `classify.contrast.*`, see `contrast_numbers`.
    """
    confidence, headline = params.intervals.confidence, headline_models(params)
    scored = {name: model for name, model in params.models.items() if name in scores}
    shown: list[str] = []
    for name in (one for one in params.models if one in classified):
        if not set(variants_of(params, name, "seed")) & set(shown):
            shown.append(name)
    against = {name: unconditional(scored, params.models[name]) for name in shown}
    plain = {name: None if other is None else scores[other] for name, other in against.items()}
    numbers: Numbers = {}
    for name in shown:
        found: Numbers = {**_by_subset(classified[name], plain[name], confidence)}
        if (other := against[name]) is not None:
            found |= {"against": other, **_over_runs(params, name, other, classified, scores)}
        numbers |= {f"{name}.classify.{key}": value for key, value in found.items()}
    pair = extremes(params.models, [name for name in headline if name in classified])
    return numbers if pair is None else numbers | contrast_numbers(pair, classified, plain, confidence)


def _over_runs(
    params: Params,
    name: str,
    other: str,
    classified: Mapping[str, pd.DataFrame],
    scores: Mapping[str, pd.DataFrame],
) -> dict[str, float]:
    """Return a lower bound of the gain over another model over training runs, which need only be scored."""
    prior = classified[name].groupby("given_label")["prior"].first()
    labelled = [one_term(table, prior) for table in runs_of(params, name, scores)]
    found = gain_over_runs(labelled, runs_of(params, other, scores), params.intervals.confidence)
    return {} if found is None else with_interval("gain_over_runs_least", found)


def runs_of(params: Params, name: str, tables: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Return the tables of a model and of those that differ from it in the seed alone, where there are tables."""
    return [tables[one] for one in (name, *variants_of(params, name, "seed")) if one in tables]


def gain_over_runs(
    labelled: Sequence["pd.Series[float]"], unlabelled: Sequence[pd.DataFrame], confidence: float
) -> Interval | None:
    """Compare log likelihoods of a conditional model with those of a model without labels, over training runs.

    A run counts as one observation, the mean over the images that all runs have.

    Args:
        labelled: log p(x) of images by id under each run of the conditional model, or a lower bound; see `one_term`.
        unlabelled: scores of the other model's runs, one row per image.
        confidence: of Welch's interval.

    Returns:
        The difference in nats; None with one run of either kind.
    """
    if min(len(labelled), len(unlabelled)) < 2:
        return None
    plain = [table.set_index("id")["log_likelihood"] for table in unlabelled]
    means = pd.concat([*labelled, *plain], axis=1, join="inner").mean().to_numpy()
    return difference_welch(means[: len(labelled)], means[len(labelled) :], confidence)


def one_term(scores: pd.DataFrame, prior: "pd.Series[float]") -> "pd.Series[float]":
    """Return a lower bound of log p(x) of the test images by id, for which no run need be scored under other labels.

    The bound is one term of the sum over labels, log p(x) >= log p(x | y) + log p(y) with y the true label.

    Args:
        scores: of a run of the conditional model, one row per image.
        prior: p(y) by label.
    """
    test = scores[scores["subset"] == "test"].set_index("id")
    found: pd.Series[float] = test["log_likelihood"] + np.log(test["label"].map(prior).astype(float))
    return found


def _by_subset(table: pd.DataFrame, plain: pd.DataFrame | None, confidence: float) -> dict[str, float | int]:
    margins, predicted = decisions(table), predict(table)
    numbers: dict[str, float | int] = _over_test(predicted, confidence)
    for subset, part in predicted.groupby("subset", observed=True):
        own = _as_classifier(part, confidence) | _decisions(margins[margins["subset"] == subset])
        # Means of log p(x | y) and of log p(x).
        own |= {quantity: float(part[quantity].mean()) for quantity in ("given", "mixture")}
        numbers |= {f"{subset}.{key}": value for key, value in own.items()}
    for subset, part in label_worth(table, plain).groupby("subset", observed=True):
        numbers |= {f"{subset}.{key}": value for key, value in _label(part, confidence).items()}
    return {key: value for key, value in numbers.items() if np.isfinite(value)}


def _over_test(predicted: pd.DataFrame, confidence: float) -> dict[str, float | int]:
    """Return the accuracy on the images of each tail minus that on the images of `test`, in percentage points.

    A tail's images are of the training file, so no image is in both, and the two shares are independent: Newcombe's
    interval of their difference. Two intervals that overlap would decide nothing.
    """
    accuracy = {str(subset): _accuracy(part, confidence) for subset, part in predicted.groupby("subset", observed=True)}
    numbers: dict[str, float | int] = {}
    for tail in (name for name in TAILS if {name, "test"} <= accuracy.keys()):
        difference = difference_newcombe(accuracy[tail], accuracy["test"])
        numbers |= with_interval(f"{tail}.accuracy_percent_over_test", difference)
    return numbers


def _accuracy(part: pd.DataFrame, confidence: float) -> Interval:
    """Return the percentage of images that are classified correctly, with Wilson's interval."""
    return Interval(*(100 * value for value in share_wilson(int(part["correct"].sum()), len(part), confidence)))


def _as_classifier(part: pd.DataFrame, confidence: float) -> dict[str, float | int]:
    numbers: dict[str, float | int] = {
        "images": len(part),
        **with_interval("accuracy_percent", _accuracy(part, confidence)),
        "calibration_error_percent": 100 * calibration_error(reliability(part, confidence)),
    }
    if len(part) > 1:
        excess = 100 * (part["confidence"] - part["correct"]).to_numpy(np.float64)
        numbers |= with_interval("overconfidence_percent", mean_normal(excess, confidence))
    return numbers


def _decisions(margins: pd.DataFrame) -> dict[str, float]:
    return {
        "undecided_percent": 100 * float(margins["undecided"].mean()),
        "posterior_error_percent": 100 * float(margins["posterior_error"].mean()),
    }


def _label(part: pd.DataFrame, confidence: float) -> dict[str, float]:
    """Return the means of the label's worth, of its ceiling and of the difference, and the density's gain."""
    quantities = {"label_ceiling": "ceiling", "worth": "worth", "difference": "difference"}
    numbers = {key: float(part[name].mean()) for key, name in quantities.items() if name in part}
    if "gain" in part and len(part) > 1:
        numbers |= with_interval("gain", mean_normal(part["gain"].to_numpy(np.float64), confidence))
    return numbers
