"""The certificate: how far the estimator differs from other methods, and how far these can be off themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from pipeline.config import CertifyParams
from pipeline.core.statistics import Interval, normal_interval
from pipeline.validation.certify.agreement import JOINT_ERRORS, compare_methods
from pipeline.validation.certify.tables import AGAIN, SIMULATED

Numbers = dict[str, float | int | str]
PAIRS = (
    ("score", "annealing"),
    ("score", "quadrature"),
    ("annealing", "quadrature"),
    ("score", AGAIN),
    ("reverse", "annealing"),
)
"""Methods that are compared with each other; the last pair is the gap of bidirectional Monte Carlo."""
REAL = "real"
"""All subsets of real images together."""
QUANTITIES = ("images", "mean_difference", "mean_error", "largest_difference", "contradictions")
EFFORT = ("chains", "temperatures", "leapfrogs", "quadrature_latent", "nodes")
GAP = {"images": "images", "mean_difference": "mean", "mean_error": "error", "largest_difference": "largest"}
"""Quantities of the gap between the bounds of simulated images, with their names in its keys."""


def certificate_numbers(tables: Mapping[str, pd.DataFrame], params: CertifyParams, confidence: float) -> Numbers:
    """Return the certificate in numbers: differences of methods, gaps between bounds, and contradictory estimates.

    Args:
        tables: log likelihoods of each model's images by each method; see `CERTIFIED`.
        params: settings of the methods, which are among the numbers.
        confidence: of the interval of the mean over models.

    Returns:
        `certificate.MODEL.SUBSET.METHOD_A.METHOD_B.*`, of a - b, where the subset `real` stands for all real images;
        `certificate.MODEL.gap.*`, of the upper minus the lower bound of simulated images;
        `certificate.MODEL.contradictory.ID.*`, all estimates of an image on which two methods contradict each other;
        `certificate.contradictory`, the number of such images, counted for each model; `certificate.together.*`, the
        mean over models of the estimator minus annealing, see `mean_over_models`; and settings.
    """
    disputed = {model: contradictory(table) for model, table in tables.items()}
    numbers: Numbers = {f"certificate.{name}": getattr(params, name) for name in EFFORT}
    numbers["certificate.joint_errors"] = JOINT_ERRORS
    numbers["certificate.contradictory"] = sum(rows["id"].nunique() for rows in disputed.values())
    real = [compare_methods(table[table["subset"] != SIMULATED], "score", "annealing") for table in tables.values()]
    if differences := [one["difference"].to_numpy() for one in real if len(one) > 1]:
        together = mean_over_models(differences, confidence)
        numbers |= {f"certificate.together.{end}": value for end, value in together._asdict().items()}
        numbers["certificate.together.models"] = len(differences)
    for row in certificate(tables).to_dict("records"):
        key = f"certificate.{row['model']}"
        if row["subset"] == SIMULATED:
            numbers |= {f"{key}.gap.{name}": row[quantity] for quantity, name in GAP.items()}
        else:
            key += f".{row['subset']}.{row['method_a']}.{row['method_b']}"
            numbers |= {f"{key}.{quantity}": row[quantity] for quantity in QUANTITIES}
    for model, rows in disputed.items():
        for row in rows.to_dict("records"):
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
            {"model": model, "subset": subset, "method_a": a, "method_b": b} | _difference(both)
            for model, table in tables.items()
            for subset, part in _parts(table)
            for a, b in PAIRS
            if len(both := compare_methods(part, a, b))
        ]
    )


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


def _difference(both: pd.DataFrame) -> dict[str, float | int]:
    return {
        "images": len(both),
        "mean_difference": float(both["difference"].mean()),
        "mean_error": float(np.sqrt((both["error"] ** 2).sum()) / len(both)),
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
