"""Numbers of the decomposition of one model's log likelihood."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from pipeline.config import Params
from pipeline.core.statistics import Interval, difference_normal, mean_normal
from pipeline.data.images import Images
from pipeline.investigations.decompose.binarization import binarization_entropy, contour_length
from pipeline.investigations.decompose.shares import PARTS
from pipeline.investigations.decompose.tables import Decomposition
from pipeline.investigations.model_relations import variants_of
from pipeline.numbers.excess_nats import with_entropy

Numbers = dict[str, float | int | str]
PERCENT = ("share", "alone", "lead", "share_change", "draws_share", "same_work")
"""Estimates that are reported in per cent, or in percentage points."""
COUNTED = {"operations.image": 1e-6, "operations.draw": 1e-6, "same_work.draws": 1}
"""Estimates without an interval, and their factors: operations are reported in millions."""


def decompose_numbers(
    decomposition: Decomposition | None,
    scores: Mapping[str, pd.DataFrame],
    images: Images,
    params: Params,
) -> Numbers:
    """Return the numbers of every table of the decomposition, and of the gap between log p(x) and the bound.

    Args:
        decomposition: None if there is none.
        scores: of every model.
        images: every image.
        params: describes the models, and has the confidence of the intervals.
    """
    if decomposition is None or decomposition.model not in scores:
        return {}
    own = scores[decomposition.model]
    confidence = params.intervals.confidence
    found = [
        gap_numbers(own, confidence),
        draw_numbers(decomposition.draws, own, confidence),
        gradient_numbers(decomposition.gradients),
        contour_numbers(own, images),
        estimate_numbers(decomposition.estimates),
        binarization_numbers(decomposition.estimates, own),
        excess_numbers(with_entropy(own, images.grey), confidence),
    ]
    pairs = chain.from_iterable(numbers.items() for numbers in found)
    redraws = decomposition.redraws["id"].value_counts()
    return {
        "decompose.model": decomposition.model,
        "decompose.redrawn": len(redraws),
        "decompose.redraws": int(redraws.max()),
        **compared_numbers(decomposition, params),
        **{f"decompose.{key}": value for key, value in pairs},
    }


def compared_numbers(decomposition: Decomposition, params: Params) -> Numbers:
    """Return the models with which the order of images was compared, by the parameter in which they differ."""
    numbers: Numbers = {}
    for kind in ("binarization", "seed"):
        for name in variants_of(params, decomposition.model, kind):
            if (decomposition.estimates["quantity"] == f"order.{name}").any():
                numbers[f"decompose.other.{kind}"] = name
    return numbers


def gap_numbers(scores: pd.DataFrame, confidence: float) -> Numbers:
    """Return the mean of log p(x) less the bound by subset and by class of the test images, and its distribution."""
    gap = scores["log_likelihood"] - scores["elbo"]
    test = scores["subset"] == "test"
    groups = {str(name): gap[scores["subset"] == name] for name in scores["subset"].astype(str).unique()}
    groups |= {f"label_{label}": gap[test & (scores["label"] == label)] for label in sorted(set(scores["label"]))}
    numbers: Numbers = {}
    for name, values in groups.items():
        if len(values) > 1:
            numbers |= _ends(f"gap.{name}", mean_normal(values.to_numpy(), confidence))
    for share in (5, 95):
        numbers[f"gap.percentile_{share}"] = float(np.percentile(gap[test], share))
    numbers["gap.largest"] = float(gap[test].max())
    numbers["gap.order"] = float(spearmanr(scores.loc[test, "log_likelihood"], scores.loc[test, "elbo"]).statistic)
    numbers["gap.with_likelihood"] = float(spearmanr(gap[test], scores.loc[test, "log_likelihood"]).statistic)
    return numbers


def draw_numbers(draws: pd.DataFrame, scores: pd.DataFrame, confidence: float) -> Numbers:
    """Return both averages with the fewest and the most draws, and how far the latter is from the study's estimate.

    `short` is the study's log p(x) less the average inside; `study_error` is the standard error of a mean over this
    many images, drawn from the whole test set.
    """
    study = scores.set_index("id")["log_likelihood"]
    test = scores.loc[scores["subset"] == "test", "log_likelihood"]
    images = int(draws["id"].nunique())
    fewest, most = draws["draws"].min(), draws["draws"].max()
    numbers: Numbers = {
        "draws.images": images,
        "draws.study": float(study.loc[draws["id"].unique()].mean()),
        "draws.study_error": float(test.std(ddof=1) / np.sqrt(images)),
        "draws.counts": f"{fewest} {most}",
        "draws.fewest": int(fewest),
        "draws.most": int(most),
    }
    for count in (fewest, most):
        part = draws[draws["draws"] == count]
        numbers |= {
            f"draws.{count}.inside": float(part["inside"].mean()),
            f"draws.{count}.outside": float(part["outside"].mean()),
            f"draws.{count}.outside_spread": float(np.sqrt((part["outside_spread"] ** 2).mean())),
        }
    longest = draws[draws["draws"] == most]
    short = study.loc[longest["id"]].to_numpy() - longest["inside"]
    numbers |= _ends("draws.short", mean_normal(short.to_numpy(), confidence))
    return numbers | {"draws.short.worst": float(short.max())}


def gradient_numbers(gradients: pd.DataFrame) -> Numbers:
    """Return the number of images whose gradients were compared, and the numbers of draws inside the logarithm."""
    inside = sorted(gradients.loc[gradients["objective"] == "inside", "draws"].unique())
    return {
        "gradients.images": int(gradients["id"].nunique()),
        "gradients.counts": " ".join(map(str, inside)),
        **{f"gradients.draws.{draws}": int(draws) for draws in inside},
    }


def contour_numbers(scores: pd.DataFrame, images: Images) -> Numbers:
    """Return the correlation over test images of the binarisation's entropy with the length of thresholded contours."""
    test = scores.loc[scores["subset"] == "test", "id"].to_numpy()
    entropy, contour = binarization_entropy(images.grey[test]), contour_length(images.binary_threshold[test])
    return {"contour_correlation": float(np.corrcoef(entropy, contour)[0, 1])}


def estimate_numbers(estimates: pd.DataFrame) -> Numbers:
    """Return every estimate with its interval, shares and relative changes in per cent; see `ESTIMATES`.

    `lead.part` and `lead.next` name the parts with the largest and the second share, between which `lead` is.
    """
    numbers: Numbers = {}
    for row in estimates.to_dict("records"):
        quantity, part = row["quantity"], row["part"]
        key = f"{quantity}.{part}"
        if key in COUNTED:
            numbers[key] = row["value"] * COUNTED[key]
            continue
        if quantity.startswith("lead"):
            shares = estimates[estimates["quantity"] == quantity.replace("lead", "share", 1)].set_index("part")["value"]
            numbers |= {f"{quantity}.part": part, f"{quantity}.next": str(shares[list(PARTS)].drop(part).idxmax())}
            key = quantity
        factor = 100 if quantity.partition(".")[0] in PERCENT else 1
        numbers |= {f"{key}.{end}": float(factor * row[end]) for end in ("value", "low", "high")}
    return numbers


def binarization_numbers(estimates: pd.DataFrame, scores: pd.DataFrame) -> Numbers:
    """Return the correlations within a class that the binarisation alone allows.

    With v the variance of log p(x) within a class and b that between binarisations of one image, the log likelihoods
    of two binarisations correlate by `repeat` = 1 - b / v on average, and those of one binarisation with the mean over
    all of them by `ceiling`, the square root of that.
    """
    own = estimates[(estimates["quantity"] == "deviation") & (estimates["part"] == "binarization")]
    test = scores[scores["subset"] == "test"]
    within = test["log_likelihood"].groupby(test["label"]).var()
    repeat = float(max(1 - own["value"].iloc[0] ** 2 / within.mean(), 0))
    return {"binarization.repeat": repeat, "binarization.ceiling": float(np.sqrt(repeat))}


def excess_numbers(test: pd.DataFrame, confidence: float) -> Numbers:
    """Return the entropy and the excess of the classes, and what sets the likeliest and the best known class apart.

    Args:
        test: test images with their entropy and excess; see `with_entropy`.
        confidence: of the intervals over images.

    Returns:
        Nats, and classes as words. `likeliest.label` has the highest mean log p(x), `likeliest.next` the second. The
        lead is the sum of `likeliest.binarization_entropy`, by which its entropy is lower, and `likeliest.excess_nats`,
        by which the model pays less above it. `least_excess.label` has the lowest mean excess, `least_excess.next` the
        second, and `least_excess.lead` is the difference.
    """
    classes = {str(label): part for label, part in test.groupby("label", sort=True) if len(part) > 1}
    numbers: Numbers = {f"{name}.mean": float(test[name].mean()) for name in ("binarization_entropy", "excess_nats")}
    numbers["negative_log_likelihood.mean"] = -float(test["log_likelihood"].mean())
    for label, part in classes.items():
        log_likelihood = part["log_likelihood"]
        numbers |= {
            f"label.{label}.least": float(log_likelihood.min()),
            f"label.{label}.median": float(log_likelihood.median()),
            f"label.{label}.most": float(log_likelihood.max()),
            **_ends(f"label.{label}.excess_nats", mean_normal(part["excess_nats"].to_numpy(), confidence)),
        }
    likely, less, *_, unlikely = sorted(classes, key=lambda label: -float(classes[label]["log_likelihood"].mean()))
    best, second, *_ = sorted(classes, key=lambda label: float(classes[label]["excess_nats"].mean()))
    for key, name, first, other in (
        ("likeliest.binarization_entropy", "binarization_entropy", likely, less),
        ("likeliest.excess_nats", "excess_nats", likely, less),
        ("least_excess.lead", "excess_nats", best, second),
    ):
        lower, higher = (classes[label][name].to_numpy() for label in (first, other))
        numbers |= _ends(key, difference_normal(higher, lower, confidence))
    return numbers | {
        "likeliest.label": likely,
        "likeliest.next": less,
        "unlikeliest.label": unlikely,
        "least_excess.label": best,
        "least_excess.next": second,
    }


def _ends(key: str, found: Interval) -> dict[str, float]:
    return {f"{key}.mean": found.value, f"{key}.low": found.low, f"{key}.high": found.high}
