"""Numbers of the comparison of models with each other and by their number of latent dimensions."""

import pandas as pd

from pipeline.config import Params
from pipeline.investigations.compare.strata import stratum
from pipeline.investigations.compare.tables import FIT

Numbers = dict[str, float | int | str]
DIFFERENCE = ("difference", "difference_low", "difference_high")
WITH_VALUE = {
    ("log_likelihood", "test"): (*DIFFERENCE, "over"),
    ("log_likelihood", FIT): ("low", "high", *DIFFERENCE),
}
"""What the report quotes beside the value, by quantity and stratum."""
BETWEEN = ("runs", "single-run", "unseen-gap")
"""Effects between two models that the report quotes in every stratum."""


def pair_numbers(pairs: pd.DataFrame) -> Numbers:
    """Return the differences between models on test images and on those of each region, with their intervals."""
    numbers: Numbers = {}
    for row in pairs[pairs["subset"] == "test"].to_dict("records"):
        key = f"pair.{row['model_a']}.{row['model_b']}.{stratum(row['subset'], row['region'])}"
        numbers |= {f"{key}.{quantity}": row[quantity] for quantity in ("difference", "low", "high", "images")}
    return numbers


def dimension_numbers(dimensions: pd.DataFrame) -> Numbers:
    """Return the quantities by model and stratum, `dimensions.MODEL.QUANTITY.STRATUM`; see `DIMENSIONS`."""
    numbers: Numbers = {"dimensions": " ".join(dimensions["model"].unique())}
    for row in dimensions[dimensions["quantity"] != "slack"].to_dict("records"):
        quantity, stratum = row["quantity"], row["stratum"]
        for name in ("value", *WITH_VALUE.get((quantity, stratum), ())):
            numbers[f"dimensions.{row['model']}.{quantity}.{stratum}.{name}"] = row[name]
    return numbers


def effect_numbers(params: Params, effects: pd.DataFrame) -> Numbers:
    """Return the effects that the report quotes, by kind, models, quantity and stratum; see `EFFECTS`."""
    numbers: Numbers = {}
    spread = (effects["kind"] == "spread") & (effects["stratum"] == "test")
    for row in effects[effects["kind"].isin(BETWEEN) | spread].to_dict("records"):
        key = ".".join(["compare", *(row[name] for name in ("kind", "model_a", "model_b", "quantity", "stratum"))])
        quoted = ("value", "low", "high", *(["size_a"] if row["kind"] == "spread" else []))
        numbers |= {f"{key}.{name}": row[name] for name in quoted}
    seed_pairs = effects[effects["kind"] == "seed_pairs"]
    if len(seed_pairs):
        numbers["compare.seed_pairs.compared"] = len(seed_pairs)
        numbers["compare.seed_pairs.clear"] = int(((seed_pairs["low"] > 0) | (seed_pairs["high"] < 0)).sum())
        numbers["compare.seed_pairs.expected"] = float(len(seed_pairs) * (1 - params.intervals.confidence))
    return numbers
