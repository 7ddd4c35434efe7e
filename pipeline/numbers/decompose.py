"""Numbers of the decomposition of one model's log likelihood."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval, mean_normal
from pipeline.data.images import Images
from pipeline.investigations.decompose.binarisation import binarisation_entropy, contour_length
from pipeline.investigations.decompose.tables import Decomposition
from pipeline.investigations.model_relations import at_base_length, variants_of
from pipeline.numbers.excess_nats import with_entropy
from pipeline.numbers.keys import Numbers, with_interval

PARTS = {
    "binarisation_entropy": "entropy of the coin flips",
    "ink": "expected number of ones",
    "label": "class",
    "axes": "place on the two axes",
    "binarisation": "coin flips themselves",
    "rest": "rest",
}
"""Parts of the variance of the log likelihood, in words after "the"."""
PREDICTORS = ("binarisation_entropy", "ink", "label", "axes")
"""Parts that are known of an image without a model."""
PERCENT = ("share", "alone", "lead", "share_change", "same_work")
"""Quantities that are reported in per cent, or in percentage points."""


def decompose_numbers(
    decomposition: Decomposition | None,
    scores: Mapping[str, pd.DataFrame],
    images: Images,
    params: Params,
) -> Numbers:
    """Return the numbers of the decomposition that the report quotes, and of the gap between log p(x) and the bound.

    Args:
        decomposition: None if there is none.
        scores: of every model.
        images: every image.
        params: describes the models, and has the confidence of the intervals.
    """
    if decomposition is None or decomposition.model not in scores:
        return {}
    own = scores[decomposition.model]
    test = own[own["subset"] == "test"]
    gap = test["log_likelihood"] - test["elbo"]
    redraws = decomposition.redraws["id"].value_counts()
    numbers = {
        "model": decomposition.model,
        "redrawn": len(redraws),
        "redraws": int(redraws.max()),
        "gap.test.mean": float(gap.mean()),
        "gap.largest": float(gap.max()),
        "gradients.images": int(decomposition.gradients["id"].nunique()),
        "contour_correlation": contour_correlation(test, images),
        "binarisation.repeat": repeatability(decomposition.estimates, test),
        **shortfall(decomposition.draws, own, params.intervals.confidence),
        **estimate_numbers(decomposition.estimates),
        **class_numbers(with_entropy(own, images.grey)),
    }
    other = compared_binarisation(decomposition, params)
    numbers |= {} if other is None else {"other.binarisation": other}
    return baseline_numbers(decomposition.baselines, own) | {
        f"decompose.{key}": value for key, value in numbers.items()
    }


def baseline_numbers(baselines: pd.DataFrame, own: pd.DataFrame) -> Numbers:
    """Return the mean log likelihood under models without a latent space: of all test images, and of each region."""
    told = baselines.merge(own[["id", "region"]], on="id", validate="many_to_one")
    told["place"] = "test." + told["region"].astype(str)
    everywhere = pd.concat([told.assign(place="test"), told])
    keys = "baseline." + everywhere["baseline"].astype(str) + "." + everywhere["place"] + ".log_likelihood"
    return {
        str(key): float(mean) for key, mean in everywhere["log_likelihood"].groupby(keys, sort=False).mean().items()
    }


def compared_binarisation(decomposition: Decomposition, params: Params) -> str | None:
    """Return the model whose order of images was compared and that differs in the binarisation, if there is one."""
    partner = at_base_length(params, decomposition.model) or decomposition.model
    compared = set(decomposition.estimates["quantity"])
    found = (name for name in variants_of(params, partner, "binarisation") if f"order.{name}" in compared)
    return next(found, None)


def shortfall(draws: pd.DataFrame, scores: pd.DataFrame, confidence: float) -> dict[str, float]:
    """Return the study's log p(x) less the average inside the logarithm of the most draws, with its interval."""
    longest = draws[draws["draws"] == draws["draws"].max()]
    less = scores.set_index("id")["log_likelihood"].loc[longest["id"]].to_numpy() - longest["inside"].to_numpy()
    return with_interval("draws.shortfall", mean_normal(less, confidence))


def contour_correlation(test: pd.DataFrame, images: Images) -> float:
    """Return the correlation over test images of the binarisation's entropy with the length of thresholded contours."""
    ids = test["id"].to_numpy()
    entropy, contour = binarisation_entropy(images.grey[ids]), contour_length(images.binary_threshold[ids])
    return float(np.corrcoef(entropy, contour)[0, 1])


def estimate_numbers(estimates: pd.DataFrame) -> Numbers:
    """Return all estimates but the rank correlations with their intervals, as far as possible in per cent.

    See `ESTIMATES`. `lead.words` and `lead.other.words` are words for the part with the largest share, under the model
    itself and under that of thresholded images. `lead.alone` is what the former explains as the only predictor, and
    `explained` what all predictors do, in per cent.
    """
    numbers: Numbers = {}
    shares = estimates[(estimates["quantity"] == "share") & estimates["part"].isin(PREDICTORS)]
    numbers["explained"] = 100 * float(shares["value"].sum())
    for row in estimates.to_dict("records"):
        quantity, part = row["quantity"], row["part"]
        kind, key = quantity.partition(".")[0], f"{quantity}.{part}"
        if kind == "order":
            continue
        if key == "same_work.draws":
            numbers[key] = int(row["value"])
            continue
        if kind == "lead":
            key = quantity
            numbers["lead.words" if key == "lead" else "lead.other.words"] = PARTS[part]
            if key == "lead":
                alone = estimates[(estimates["quantity"] == "alone") & (estimates["part"] == part)]
                numbers["lead.alone"] = 100 * float(alone["value"].iloc[0])
        found = Interval(row["value"], row["low"], row["high"])
        numbers |= with_interval(key, found, 100 if kind in PERCENT else 1)
    return numbers


def repeatability(estimates: pd.DataFrame, test: pd.DataFrame) -> float:
    """Return the correlation within a class of the log likelihoods of two binarisations, on average.

    With v the variance of log p(x) within a class and b that between binarisations of one image, it is 1 - b / v. The
    log likelihoods of one binarisation correlate with the means over all of them by the square root of that.
    """
    own = estimates[(estimates["quantity"] == "deviation") & (estimates["part"] == "binarisation")]
    within = test["log_likelihood"].groupby(test["label"]).var()
    return float(max(1 - own["value"].iloc[0] ** 2 / within.mean(), 0))


def class_numbers(test: pd.DataFrame) -> Numbers:
    """Return the likeliest and the unlikeliest class, and what sets the former apart from the second.

    Args:
        test: test images with their entropy and excess; see `with_entropy`.

    Returns:
        `likeliest.label` has the highest mean log p(x). It is ahead of the second by the sum of
        `likeliest.binarisation_entropy.mean`, by which its entropy is lower, and `likeliest.excess_nats.mean`, by which
        its excess over that entropy is lower, in nats.
    """
    classes = {str(label): part for label, part in test.groupby("label", sort=True)}
    first, second, *_, last = sorted(classes, key=lambda label: -float(classes[label]["log_likelihood"].mean()))
    apart = {
        f"likeliest.{name}.mean": float(classes[second][name].mean() - classes[first][name].mean())
        for name in ("binarisation_entropy", "excess_nats")
    }
    return {"likeliest.label": first, "unlikeliest.label": last, **apart}
