"""Numbers of the comparison of models with each other and by their number of latent dimensions."""

import pandas as pd

from pipeline.config import Params
from pipeline.investigations.compare.strata import stratum
from pipeline.investigations.compare.tables import FIT

Numbers = dict[str, float | int | str]
WITH_INTERVALS = {("log_likelihood", "test"), ("log_likelihood", FIT), ("slack", FIT)}
"""Quantity and stratum of those values by latent dimension that the report quotes with their intervals."""
OVER_RUNS = ("spread", "runs", "unseen-runs")
"""Effects of which the report quotes the number of training runs."""


def pair_numbers(pairs: pd.DataFrame) -> Numbers:
    """Return the differences between models, with their intervals."""
    numbers: Numbers = {}
    for row in pairs.to_dict("records"):
        key = f"pair.{row['model_a']}.{row['model_b']}.{stratum(row['subset'], row['region'])}"
        numbers |= {f"{key}.{quantity}": row[quantity] for quantity in ("difference", "low", "high", "images")}
    return numbers


def dimension_numbers(dimensions: pd.DataFrame) -> Numbers:
    """Return every quantity by model and stratum, `dimensions.MODEL.QUANTITY.STRATUM`; see `DIMENSIONS`."""
    numbers: Numbers = {"dimensions": " ".join(dimensions["model"].unique())}
    for row in dimensions.to_dict("records"):
        key = f"dimensions.{row['model']}.{row['quantity']}.{row['stratum']}"
        quoted = ["value"]
        if (row["quantity"], row["stratum"]) in WITH_INTERVALS:
            quoted += ["low", "high", "difference", "difference_low", "difference_high", "runs", "over"]
        numbers |= {f"{key}.{name}": row[name] for name in quoted}
    return numbers


def effect_numbers(params: Params, effects: pd.DataFrame) -> Numbers:
    """Return the effects that the report quotes, by kind, models, quantity and stratum; see `EFFECTS`.

    A difference in units of a spread has the quantity `log_likelihood`, and the kind whose spread it is under `of`.
    """
    numbers: Numbers = {}
    quoted = effects[~effects["kind"].isin(["run", "seed_pairs"]) & ~effects["quantity"].str.startswith("label_")]
    for row in quoted.to_dict("records"):
        quantity = "log_likelihood" if row["kind"] == "spreads" else row["quantity"]
        key = ".".join(["compare", row["kind"], row["model_a"], row["model_b"], quantity, row["stratum"]])
        numbers |= {f"{key}.{name}": row[name] for name in ("value", "low", "high")}
        if row["kind"] in OVER_RUNS:
            numbers |= {f"{key}.{name}": row[name] for name in ("size_a", "size_b")}
        if row["kind"] == "spreads":
            numbers[f"{key}.of"] = row["quantity"]
    seed_pairs = effects[effects["kind"] == "seed_pairs"]
    if len(seed_pairs):
        numbers["compare.seed_pairs.compared"] = len(seed_pairs)
        numbers["compare.seed_pairs.clear"] = int(((seed_pairs["low"] > 0) | (seed_pairs["high"] < 0)).sum())
        numbers["compare.seed_pairs.largest"] = float(seed_pairs["value"].abs().max())
        numbers["compare.seed_pairs.expected"] = float(len(seed_pairs) * (1 - params.intervals.confidence))
    return numbers
