"""How far the estimator can be off, by model and set."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.validation.certify.agreement import side_by_side
from pipeline.validation.certify.tables import AGAIN, SIMULATED

PAIRS = (
    ("score", "annealing"),
    ("score", "quadrature"),
    ("annealing", "quadrature"),
    ("score", AGAIN),
    ("reverse", "annealing"),
)
"""Which methods are held against each other; the last pair is the gap of bidirectional Monte Carlo."""
REAL = "real"
"""The sets of real images together."""


def certificate(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare the methods on every model's images, set by set.

    What is certified, and what is not:

    - Of an image drawn from the model, the true log p(x) lies between the expectation of annealing, a
      stochastic lower bound, and that of `reverse`, a stochastic upper bound. Neither crosses it by more
      than b nats with a probability above exp(-b). The mean of `reverse - annealing` therefore
      estimates an upper limit of how far annealing is too low on average, at these temperatures.
    - Of a real image there is the lower bound alone. Annealing with the same temperatures is presumed,
      and not shown, to be as close there; the estimator can then be off by what it differs from
      annealing, give or take both errors, and by as much as annealing is itself too low. Quadrature
      is a third method, with an error that neither of the others shares.

    Args:
        tables: what every method says of each model's images.

    Returns:
        One row a model, set (`real`: all real images) and pair of methods that have images in common:
        model, set, method_a, method_b, images; mean_difference and mean_error, of a - b and in nats;
        largest_difference, without its sign; contradictions, how many images differ by more than 4
        joint errors.

    References:
        Grosse, Ghahramani and Adams (2015), Sandwiching the marginal likelihood using bidirectional
        Monte Carlo, sections 2 and 3.
    """
    return pd.DataFrame(
        [
            {"model": model, "set": one_set, "method_a": a, "method_b": b} | _difference(both)
            for model, table in tables.items()
            for one_set, part in _parts(table)
            for a, b in PAIRS
            if len(both := side_by_side(part, a, b))
        ]
    )


def contested(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the real images on which any two methods contradict each other, whoever is right.

    Args:
        table: what every method says of one model's images.
    """
    real = table[table["set"] != SIMULATED]
    found = [both.loc[both["contradiction"], "image"] for both in (side_by_side(real, a, b) for a, b in PAIRS)]
    return real[real["image"].isin(pd.concat(found))]


def _parts(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    yield REAL, table[table["set"] != SIMULATED]
    for one_set, part in table.groupby("set", observed=True, sort=True):
        yield str(one_set), part


def _difference(both: pd.DataFrame) -> dict[str, float | int]:
    return {
        "images": len(both),
        "mean_difference": float(both["difference"].mean()),
        "mean_error": float(np.sqrt((both["error"] ** 2).sum()) / len(both)),
        "largest_difference": float(both["difference"].abs().max()),
        "contradictions": int(both["contradiction"].sum()),
    }
