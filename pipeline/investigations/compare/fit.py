"""Over- and underfitting: how much likelier the training images are than other images of the same region."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import difference_welch
from pipeline.investigations.compare.strata import Row, Scores, by_latent_dim, effect, steps

QUANTITIES = ("log_likelihood", "elbo", "slack")
"""`slack` is the log likelihood less the bound, which is the encoder's share of the gap."""
CENTRE = "test.centre"


def fit_effects(params: Params, scores: Scores) -> Iterator[Row]:
    """Yield the rows `fit` and `fit-gap`, of every model that was trained on the centre alone and scored on it.

    Training and validation images are draws from the same file and region, so the difference of their means is an
    effect of training; the centre of `test` adds the difference between the two files. In the difference of two models
    the difficulty of each image cancels, which makes the interval of `fit-gap` much narrower.
    """
    confidence = params.intervals.confidence
    models = [name for name in by_latent_dim(params, scores) if _trained_on_centre(params, scores, name)]
    for name in models:
        for quantity in QUANTITIES:
            yield from _gaps("fit", (name, name), _column(scores[name], quantity), confidence)
    for a, b in steps(models):
        for quantity in QUANTITIES:
            table = _column(scores[a], quantity)
            other = _column(scores[b], quantity)[quantity]
            table = table.assign(**{quantity: table[quantity] - other}).dropna()
            yield from _gaps("fit-gap", (a, b), table, confidence)


def _trained_on_centre(params: Params, scores: Scores, name: str) -> bool:
    return params.model(name).train_on == "core" and bool((scores[name]["subset"] == "train").any())


def _column(scores: pd.DataFrame, quantity: str) -> pd.DataFrame:
    table = scores.assign(slack=scores["log_likelihood"] - scores["elbo"]).set_index("id")
    return table[["subset", "region", quantity]]


def _gaps(kind: str, models: tuple[str, str], table: pd.DataFrame, confidence: float) -> Iterator[Row]:
    """Yield the mean over training images less that over other images; the last column has the quantity."""
    quantity = str(table.columns[-1])
    trained = _values(table, table["subset"] == "train")
    strata = {
        "validation": table["subset"] == "validation",
        CENTRE: (table["subset"] == "test") & (table["region"] == "centre"),
    }
    for stratum, chosen in strata.items():
        held_out = _values(table, chosen)
        if len(held_out) > 1:
            difference = difference_welch(trained, held_out, confidence)
            yield effect(kind, models, stratum, difference, (len(trained), len(held_out)), quantity)


def _values(table: pd.DataFrame, chosen: "pd.Series[bool]") -> np.ndarray:
    return table.loc[chosen].iloc[:, -1].to_numpy()
