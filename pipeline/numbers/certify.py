"""The certificate: how far the estimator differs from other methods, and how far these can be off themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from pipeline.core.statistics import Interval, normal_interval, share_exact
from pipeline.numbers.keys import Numbers, with_interval
from pipeline.validation.certify.agreement import JOINT_ERRORS, compare_methods
from pipeline.validation.certify.tables import AGAIN, SEARCH, SIMULATED

COMPARED = (("score", "annealing"), ("score", "quadrature"), ("reverse", "annealing"))
"""Methods whose differences are reported; the last pair is the gap of bidirectional Monte Carlo."""
PAIRS = (*COMPARED, ("annealing", "quadrature"), ("score", AGAIN), ("score", SEARCH))
"""Methods that can contradict each other; of a real image there is no `reverse`."""
REAL = "real"
"""All subsets of real images together."""
QUANTITIES = ("images", "mean_difference", "mean_error", "largest_difference", "contradictions")
GAP = {"images": "images", "mean_difference": "mean", "mean_error": "error", "largest_difference": "largest"}
"""Quantities of the gap between the bounds of simulated images, with their names in its keys."""


def certificate_numbers(tables: Mapping[str, pd.DataFrame], confidence: float) -> Numbers:
    """Return the certificate in numbers: differences of methods, gaps between bounds, and contradictory estimates.

    Args:
        tables: log likelihoods of each model's images by each method; see `CERTIFIED`.
        confidence: of the interval of the mean over models.

    Returns:
        `certificate.MODEL.SUBSET.METHOD_A.METHOD_B.*`, of a - b, where the subset `real` stands for all real images;
        `certificate.MODEL.gap.*`, of the upper minus the lower bound of simulated images;
        `certificate.MODEL.search.*`, see `search_numbers`;
        `certificate.MODEL.contradictory.ID.*`, all estimates of an image on which two methods contradict each other;
        `certificate.together.*`, the mean over models of the estimator minus annealing, see `mean_over_models`; and
        `certificate.joint_errors`, the joint errors beyond which two methods contradict each other.
    """
    numbers: Numbers = {"certificate.joint_errors": JOINT_ERRORS}
    real = [compare_methods(table[table["subset"] != SIMULATED], "score", "annealing") for table in tables.values()]
    if differences := [one["difference"].to_numpy() for one in real if len(one) > 1]:
        numbers |= with_interval("certificate.together", mean_over_models(differences, confidence))
        numbers["certificate.together.models"] = len(differences)
    for row in certificate(tables).to_dict("records"):
        key = f"certificate.{row['model']}"
        if row["subset"] == SIMULATED:
            numbers |= {f"{key}.gap.{name}": row[quantity] for quantity, name in GAP.items()}
        else:
            key = ".".join((key, row["subset"], row["method_a"], row["method_b"]))
            numbers |= {f"{key}.{quantity}": row[quantity] for quantity in QUANTITIES}
    for model, table in tables.items():
        numbers |= {
            f"certificate.{model}.search.{key}": value for key, value in search_numbers(table, confidence).items()
        }
        for row in contradictory(table).to_dict("records"):
            numbers |= _estimate(f"certificate.{model}.contradictory.{row['id']}", row)
    return numbers


def certificate(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare the methods on every model's images, subset by subset.

    What is certified, and what is not:

    - Of an image drawn from the model, the true log p(x) lies between the expectation of annealing, a
      stochastic lower bound, and that of `reverse`, a stochastic upper bound. Either is on the wrong side of
      log p(x) by more than b nats with a probability of at most exp(-b). The mean of `reverse - annealing`
      therefore estimates an upper limit of annealing's mean bias at these temperatures.
    - Of a real image only the lower bound is available. It is assumed, and cannot be shown, that annealing with the
      same temperatures is as close there; the error of the estimator is then at most its difference from annealing,
      plus or minus both standard errors, plus the bias of annealing. Quadrature is a third
      method, with an error that neither of the others shares.

    Args:
        tables: log likelihoods of each model's images by each method; see `CERTIFIED`.

    Returns:
        One row per model, subset (`real`: all real images) and pair of methods that have images in common:
        model, subset, method_a, method_b, images; mean_difference and mean_error, of a - b and in nats;
        largest_difference, without its sign; contradictions, the number of images that differ by more than
        4 joint standard errors.

    References:
        Grosse, Ghahramani and Adams (2015), Sandwiching the marginal likelihood using bidirectional
        Monte Carlo, sections 2 and 3.
    """
    return pd.DataFrame(
        [
            {"model": model, "subset": subset, "method_a": a, "method_b": b} | _difference(both, drawn=a == "reverse")
            for model, table in tables.items()
            for subset, part in _parts(table)
            for a, b in COMPARED
            if len(both := compare_methods(part, a, b))
        ]
    )


def search_numbers(table: pd.DataFrame, confidence: float) -> Numbers:
    """Estimate how often the scores' search misses a mode that matters, from a second, independent search.

    This is capture and recapture. Every image has its posterior mass, which a search captures or, by missing a mode,
    does not. Let n_b be the images that the second search captures, and m those among them that the first captures too.
    Lincoln and Petersen take m / n_b for the first search's probability of capture, which is right if the searches miss
    independently of each other. So it misses with probability (n_b - m) / n_b, and since n_b - m is then binomial
    with n_b trials, Clopper and Pearson's interval is exact. (Chapman's correction, against a ratio of small counts,
    changes nothing here, where n_b is nearly the number of images.)

    n_b - m is observed: the images whose scores lie below the second estimate by more than `JOINT_ERRORS` joint errors.
    n_b is the number of images less those where the scores lie above by as much, which the second search has missed.
    Images that both miss are taken for captured by both. Under independence there are about the product of both
    rates times the number of images, far less than one. What the interval cannot show are modes that are hard to find
    for any such search: these would be missed by both.

    Args:
        table: log likelihoods of one model's images by each method; see `CERTIFIED`.
        confidence: of the interval.

    Returns:
        `images`; `missed`, those by the scores' search; and `missed_per_thousand`, with its interval. Nothing where
        no image was searched again.

    References:
        Seber (1982), The Estimation of Animal Abundance and Related Parameters, section 3.1.
    """
    both = compare_methods(table, "score", SEARCH)
    below, above = (int((both["contradiction"] & (sign * both["difference"] > 0)).sum()) for sign in (-1, 1))
    if len(both) == above:
        return {}
    share = share_exact(below, len(both) - above, confidence)
    numbers: Numbers = {"images": len(both), "missed": below}
    return numbers | with_interval("missed_per_thousand", share, 1000)


def mean_over_models(differences: Sequence[Float[np.ndarray, " _"]], confidence: float) -> Interval:
    """Average the mean differences of all models, each with the same weight.

    The question is about these models and these images, so the only noise is that of the Monte Carlo estimates. They
    draw from streams of random numbers of their own under each model, so that the variance of the average is the sum
    of those of the models' means over models^2. The variance of a model's mean is taken from the spread of its
    differences, not from the standard errors of the estimates, which can be too small where a few weights dominate;
    the spread also has what the images differ in, so that the interval is rather too wide.

    Two other ways ask other questions. A random-effects mean takes the models for a sample from a population of models,
    which they are not: they were chosen. A sign test asks for less than is known, and reaches no small probability
    with few models.

    Args:
        differences: by image, in nats, of each model; at least two per model.
        confidence: of the interval.
    """
    means = np.array([one.mean() for one in differences])
    variances = np.array([one.var(ddof=1) / len(one) for one in differences])
    return normal_interval(float(means.mean()), float(np.sqrt(variances.sum())) / len(means), confidence)


def contradictory(table: pd.DataFrame) -> pd.DataFrame:
    """Return all rows of the real images on which any two methods contradict each other, whichever is right.

    Args:
        table: log likelihoods of one model's images by each method; see `CERTIFIED`.
    """
    real = table[table["subset"] != SIMULATED]
    found = [both.loc[both["contradiction"], "id"] for both in (compare_methods(real, a, b) for a, b in PAIRS)]
    return real[real["id"].isin(pd.concat(found))]


def _parts(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield REAL, table[table["subset"] != SIMULATED]
    for subset, part in table.groupby("subset", observed=True, sort=True):
        yield str(subset), part


def _difference(both: pd.DataFrame, *, drawn: bool) -> dict[str, float | int]:
    """Summarise the differences of two methods.

    Args:
        both: one row per image; see `compare_methods`.
        drawn: whether the images were drawn from the model. All chains that lead back from an image start from its one
            exact draw, which the error of `reverse` leaves out. But such images and their chains are independent of
            each other, so that the spread of the differences has all errors of their mean.
    """
    error = float(np.sqrt((both["error"] ** 2).sum()) / len(both))
    if drawn and len(both) > 1:
        error = float(both["difference"].std(ddof=1) / np.sqrt(len(both)))
    return {
        "images": len(both),
        "mean_difference": float(both["difference"].mean()),
        "mean_error": error,
        "largest_difference": float(both["difference"].abs().max()),
        "contradictions": int(both["contradiction"].sum()),
    }


def _estimate(key: str, row: Mapping[Any, Any]) -> Numbers:
    """Return one method's estimate for one image; the id is text, because it is a name."""
    method = f"{key}.{row['method']}"
    return {
        f"{key}.id": str(row["id"]),
        f"{key}.subset": str(row["subset"]),
        f"{method}.log_likelihood": float(row["log_likelihood"]),
        f"{method}.error": float(row["error"]),
    }
