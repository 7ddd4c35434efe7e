"""Numbers of the conditional models as classifiers and as mixtures over the label."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, difference_newcombe, difference_welch, mean_normal, share_wilson
from pipeline.data.subsets import TAILS
from pipeline.investigations.model_relations import headline_models, unconditional, variants_of
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
        `MODEL.classify.*` and `MODEL.classify.SUBSET.*` of the headline models, other runs of which serve
        `gain_over_runs` alone; and `classify.contrast.*`, see `contrast_numbers`.
    """
    confidence, headline = params.intervals.confidence, headline_models(params)
    scored = {name: params.models[name] for name in headline if name in scores}
    shown = [name for name in headline if name in classified]
    against = {name: unconditional(scored, params.models[name]) for name in shown}
    plain = {name: None if other is None else scores[other] for name, other in against.items()}
    numbers: Numbers = {}
    for name in shown:
        found: Numbers = {**_reliance(classified[name]), **_by_subset(classified[name], plain[name], confidence)}
        if (other := against[name]) is not None:
            labelled, unlabelled = runs_of(params, name, classified), runs_of(params, other, scores)
            found |= {"against": other, **gain_over_runs(labelled, unlabelled, confidence)}
        numbers |= {f"{name}.classify.{key}": value for key, value in found.items()}
    pair = extremes(params.models, shown)
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
        runs_labelled and runs_unlabelled, the numbers of runs; and, if there are at least two of each kind,
        gain_over_runs in nats, with its interval.
    """
    numbers: dict[str, float | int] = {"runs_labelled": len(labelled), "runs_unlabelled": len(unlabelled)}
    if min(len(labelled), len(unlabelled)) < 2:
        return numbers
    mixtures = [predict(table).query("subset == 'test'").set_index("id")["mixture"] for table in labelled]
    plain = [table.set_index("id")["log_likelihood"] for table in unlabelled]
    means = pd.concat([*mixtures, *plain], axis=1, join="inner").mean().to_numpy()
    found = difference_welch(means[: len(mixtures)], means[len(mixtures) :], confidence)
    return numbers | with_interval("gain_over_runs", found)


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
    margins, predicted = decisions(table), predict(table)
    numbers: dict[str, float | int] = _over_test(predicted, confidence)
    for subset, part in predicted.groupby("subset", observed=True):
        own = _as_classifier(part, confidence) | _as_density(part)
        own |= _decisions(part, margins[margins["id"].isin(part["id"])])
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
        "wrong": int((~part["correct"]).sum()),
        **with_interval("accuracy_percent", _accuracy(part, confidence)),
        "calibration_error_percent": 100 * calibration_error(reliability(part, confidence)),
    }
    if len(part) > 1:
        excess = 100 * (part["confidence"] - part["correct"]).to_numpy(np.float64)
        numbers |= with_interval("overconfidence_percent", mean_normal(excess, confidence))
    return numbers


def _as_density(part: pd.DataFrame) -> dict[str, float | int]:
    """Return the mean of log p(x | y), of log p(x), and of what log p(x) has over the best single label.

    The last, log p(x) - max_y log p(x, y) = -log max_y p(y | x), is what adding up labels contributes to one image.
    """
    return {
        "given": float(part["given"].mean()),
        "mixture": float(part["mixture"].mean()),
        "summing": float(-np.log(part["confidence"]).mean()),
    }


def _decisions(part: pd.DataFrame, margins: pd.DataFrame) -> dict[str, float | int]:
    wrong = ~part.set_index("id").loc[margins["id"], "correct"].to_numpy(bool)
    return {
        "undecided_percent": 100 * float(margins["undecided"].mean()),
        "undecided_wrong": int((margins["undecided"] & wrong).sum()),
        "posterior_error_percent": 100 * float(margins["posterior_error"].mean()),
        "doubted_percent": 100 * float(margins["doubted"].mean()),
    }


def _label(part: pd.DataFrame, confidence: float) -> dict[str, float | int]:
    """Return the label's worth and the density's gain, over all images of a subset and by label."""
    numbers: dict[str, float | int] = {
        "label_ceiling": float(part["ceiling"].mean()),
        "compared": len(part),
        "worth_below_zero": int((part["worth"] < 0).sum()),
        "least_worth": float(part["worth"].min()),
    }
    if "gain" in part:
        part = part.assign(gain_over_worth=part["gain"] - part["worth"])
    for quantity in ("worth", "gain", "difference", "gain_over_worth"):
        if quantity in part and len(part) > 1:
            numbers |= with_interval(quantity, mean_normal(part[quantity].to_numpy(np.float64), confidence))
    for label, own in part.groupby("label"):
        if len(own) > 1:
            means = {quantity: float(own[quantity].mean()) for quantity in ("worth", "gain") if quantity in own}
            numbers |= {f"label_{label}.{quantity}": mean for quantity, mean in means.items()}
    return numbers
