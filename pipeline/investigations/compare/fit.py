"""Over- and underfitting: how much likelier the training images are than others of the same region."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.investigations.compare.intervals import welch
from pipeline.investigations.compare.strata import Row, Scores, effect, ladder, steps

QUANTITIES = ("log_likelihood", "elbo", "slack")
"""`slack` is the log likelihood less the bound: what the encoder leaves."""
CENTRE = "test.centre"


def fit_effects(params: Params, scores: Scores) -> Iterator[Row]:
    """Rows `fit` and `fit-gap`, of every model that was trained on the centre alone and scored on it.

    Training and validation images are draws from the same file and region, so the mean over the one less that
    over the other is what training made of them; the centre of `test` adds what sets the two files apart. Between
    two models the images' own difficulty cancels, which makes the interval of `fit-gap` much narrower.
    """
    confidence = params.compare.confidence
    models = [name for name in ladder(params, scores) if _sees_centre(params, scores, name)]
    for name in models:
        for quantity in QUANTITIES:
            yield from _gaps("fit", (name, name), _column(scores[name], quantity), confidence)
    for a, b in steps(models):
        for quantity in QUANTITIES:
            table, less = _column(scores[a], quantity), _column(scores[b], quantity)[quantity]
            table = table.assign(**{quantity: table[quantity] - less}).dropna()
            yield from _gaps("fit-gap", (a, b), table, confidence)


def _sees_centre(params: Params, scores: Scores, name: str) -> bool:
    return params.model(name).train_on == "core" and bool((scores[name]["set"] == "train").any())


def _column(scores: pd.DataFrame, quantity: str) -> pd.DataFrame:
    table = scores.assign(slack=scores["log_likelihood"] - scores["elbo"]).set_index("id")
    return table[["set", "region", quantity]]


def _gaps(kind: str, models: tuple[str, str], table: pd.DataFrame, confidence: float) -> Iterator[Row]:
    quantity = str(table.columns[-1])
    trained = _values(table, table["set"] == "train")
    places = {
        "validation": table["set"] == "validation",
        CENTRE: (table["set"] == "test") & (table["region"] == "centre"),
    }
    for place, chosen in places.items():
        held = _values(table, chosen)
        if len(held) > 1:
            sizes = len(trained), len(held)
            yield effect(kind, models, place, welch(trained, held, confidence), sizes, quantity)


def _values(table: pd.DataFrame, chosen: "pd.Series[bool]") -> np.ndarray:
    return table.loc[chosen].iloc[:, -1].to_numpy()
