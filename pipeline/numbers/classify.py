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
from pipeline.numbers.keys import with_interval
from pipeline.numbers.worth import label_worth

Numbers = dict[str, float | int | str]


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
        `MODEL.classify.*` and `MODEL.classify.SUBSET.*` of each model, other runs of which serve `gain_over_runs`
        alone; and of the headline models `classify.contrast.*`, see `contrast_numbers`.
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
            labelled, unlabelled = runs_of(params, name, classified), runs_of(params, other, scores)
            found |= {"against": other, **gain_over_runs(labelled, unlabelled, confidence)}
            found |= least_gain_over_runs(runs_of(params, name, scores), classified[name], unlabelled, confidence)
        numbers |= {f"{name}.classify.{key}": value for key, value in found.items()}
    pair = extremes(params.models, [name for name in headline if name in classified])
    return numbers if pair is None else numbers | contrast_numbers(pair, classified, plain, confidence)


def runs_of(params: Params, name: str, tables: Mapping[str, pd.DataFrame]) -> list[pd.DataFrame]:
    """Return the tables of a model and of those that differ from it in the seed alone, where there are tables."""
    return [tables[one] for one in (name, *variants_of(params, name, "seed")) if one in tables]


def gain_over_runs(
    labelled: Sequence[pd.DataFrame], unlabelled: Sequence[pd.DataFrame], confidence: float
) -> dict[str, float | int]:
    """Compare the mixture over labels with log p(x) without labels, over training runs.

    A run counts as one observation, the mean over the test images that all runs have.

    Args:
        labelled: tables of the conditional model's runs, one row per image and label; see `CLASSIFIED`.
        unlabelled: scores of the other model's runs, one row per image.
        confidence: of Welch's interval.

    Returns:
        gain_over_runs in nats, with its interval; nothing with one run of either kind.
    """
    if min(len(labelled), len(unlabelled)) < 2:
        return {}
    mixtures = [predict(table).query("subset == 'test'").set_index("id")["mixture"] for table in labelled]
    plain = [table.set_index("id")["log_likelihood"] for table in unlabelled]
    means = pd.concat([*mixtures, *plain], axis=1, join="inner").mean().to_numpy()
    found = difference_welch(means[: len(mixtures)], means[len(mixtures) :], confidence)
    return with_interval("gain_over_runs", found)


def least_gain_over_runs(
    labelled: Sequence[pd.DataFrame], classified: pd.DataFrame, unlabelled: Sequence[pd.DataFrame], confidence: float
) -> dict[str, float | int]:
    """Compare a lower bound of the mixture over labels with log p(x) without labels, over training runs.

    The bound is one term of the sum, log p(x) >= log p(x | y) + log p(y) with y the true label, so that no run need be
    scored under other labels.

    Args:
        labelled: scores of the conditional model's runs, one row per image.
        classified: has p(y) by label; see `CLASSIFIED`.
        unlabelled: scores of the other model's runs.
        confidence: of Welch's interval.

    Returns:
        gain_over_runs_least in nats, with its interval; nothing with one run of either kind.
    """
    if min(len(labelled), len(unlabelled)) < 2:
        return {}
    prior = classified.groupby("given_label")["prior"].first()
    bounds = [
        (table["log_likelihood"] + np.log(table["label"].map(prior).astype(float))).set_axis(table["id"])
        for table in (own[own["subset"] == "test"] for own in labelled)
    ]
    plain = [table.set_index("id")["log_likelihood"] for table in unlabelled]
    means = pd.concat([*bounds, *plain], axis=1, join="inner").mean().to_numpy()
    found = difference_welch(means[: len(bounds)], means[len(bounds) :], confidence)
    return with_interval("gain_over_runs_least", found)


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
