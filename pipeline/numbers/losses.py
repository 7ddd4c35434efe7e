"""Test images that lose from more latent dimensions: how many, how many of them by error alone, and which."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from pipeline.config import Params
from pipeline.core.statistics import difference_newcombe, share_wilson
from pipeline.investigations.compare.negative_gains import gains_of, less_ink_than_the_class, negative_gains
from pipeline.investigations.compare.strata import Scores, runs
from pipeline.investigations.model_relations import at_base_length
from pipeline.numbers.keys import Numbers, with_interval
from pipeline.validation.validate.tables import REFERENCE, STUDY


def loss_numbers(params: Params, scores: Scores, split: pd.DataFrame, estimated: Mapping[str, pd.DataFrame]) -> Numbers:
    """Count the test images that are likelier under the small than under the middle model, and say what they are like.

    A loss is clear if it is more than `joint_errors` joint Monte Carlo errors. How often an error alone is as large is
    not taken from a normal distribution, but counted on the images for which both models were compared with a
    reference: `checked_clear` of `checked`. The exact upper limit of that rate, for one side, is `false_percent`; times
    the number of test images it is the expected number of false alarms at most, `false_most`.

    Args:
        params: roles, confidence and `compare.joint_errors`.
        scores: of every model, one row per image.
        split: ink of every image.
        estimated: log likelihoods of some images by several methods, by model; see `METHOD_ESTIMATES`.

    Returns:
        `compare.negative_gains.*`, among them `all_runs`, the images that lose between all `pairs_of_runs`, of runs as
        long as `compare.base`. Nothing without scores and a check of both models.
    """
    names = params.roles.middle, params.roles.small
    if not set(names) <= set(scores) or not set(names) <= set(estimated):
        return {}
    bar, confidence = params.compare.joint_errors, params.intervals.confidence
    errors = standardised_errors(*(estimated[name] for name in names))
    beyond = int((errors < -bar).sum())
    rate = float(binomtest(beyond, len(errors), alternative="less").proportion_ci(confidence, method="exact").high)
    numbers: Numbers = {
        "checked": len(errors),
        "checked_clear": beyond,
        "false_percent": 100 * rate,
    }
    gains = gains_of(*(scores[name] for name in names))
    clear = negative_gains(gains, bar)
    numbers |= _counts(gains, clear, rate) | _kinds(gains, clear, split, confidence)
    short = [at_base_length(params, name) or name for name in names]
    members = [runs(params, name, scores) for name in short]
    if all(members) and max(map(len, members)) > 1:
        pairs = product(*members)
        lost = [set(negative_gains(gains_of(scores[a], scores[b]), bar)["id"]) for a, b in pairs]
        numbers |= {"pairs_of_runs": len(lost), "all_runs": len(set(clear["id"]).intersection(*lost))}
    return {f"compare.negative_gains.{key}": value for key, value in numbers.items()}


def standardised_errors(a: pd.DataFrame, b: pd.DataFrame) -> "pd.Series[float]":
    """Return the error of each image's gain of model a over model b, in joint standard errors.

    The error is that of the study's estimates against the reference; the joint standard error is of all four estimates.

    Args:
        a: log likelihoods of model a's images by each method; see `METHOD_ESTIMATES`.
        b: those of model b.
    """
    columns = ["log_likelihood", "standard_error"]
    found = {
        (model, method): table.loc[table["method"] == method].set_index("id")[columns]
        for model, table in (("a", a), ("b", b))
        for method in (STUDY, REFERENCE)
    }
    value = {key: table["log_likelihood"] for key, table in found.items()}
    off = (value["a", STUDY] - value["a", REFERENCE]) - (value["b", STUDY] - value["b", REFERENCE])
    variance = sum((table["standard_error"] ** 2 for table in found.values()), start=0.0 * off)
    errors: pd.Series[float] = (off / np.sqrt(variance)).dropna()
    return errors


def _counts(gains: pd.DataFrame, clear: pd.DataFrame, rate: float) -> Numbers:
    """Count the clear losses, and those at least that are no false alarms at this rate."""
    most = rate * len(gains)
    return {
        "images": len(gains),
        "clear": len(clear),
        "clear_percent": 100 * len(clear) / len(gains),
        "false_most": most,
        "real_least": max(0.0, len(clear) - most),
    }


def _kinds(gains: pd.DataFrame, clear: pd.DataFrame, split: pd.DataFrame, confidence: float) -> Numbers:
    """Compare how often images with less and with more ink than their class lose, and return the largest loss."""
    lost = gains["id"].isin(clear["id"])
    less = less_ink_than_the_class(gains, split.set_index("id")["ink"])
    plain, rich = (share_wilson(int((lost & half).sum()), int(half.sum()), confidence) for half in (less, ~less))
    numbers: Numbers = {
        "less_ink_percent": 100 * plain.value,
        "more_ink_percent": 100 * rich.value,
    }
    difference = difference_newcombe(plain, rich)
    numbers |= with_interval("ink_percent", difference, 100)
    if len(clear):
        worst = clear.iloc[0]
        numbers |= {"largest": float(worst["gain"]), "largest_error": float(worst["joint_error"])}
    return numbers
