"""Numbers of the comparison of models with each other and by their number of latent dimensions."""

import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import Interval
from pipeline.investigations.compare.strata import stratum
from pipeline.investigations.compare.tables import FIT
from pipeline.numbers.keys import Numbers, with_interval

BETWEEN = ("runs", "single-run", "unseen-gap")
"""Effects between two models that the report quotes in every stratum."""


def pair_numbers(pairs: pd.DataFrame) -> Numbers:
    """Return the differences between models on test images and on those of each region, with their intervals."""
    numbers: Numbers = {}
    for row in pairs[pairs["subset"] == "test"].to_dict("records"):
        key = f"pair.{row['model_a']}.{row['model_b']}.{stratum(row['subset'], row['region'])}"
        numbers |= with_interval(key, Interval(row["difference"], row["low"], row["high"]))
        numbers[f"{key}.images"] = row["images"]
    return numbers


def dimension_numbers(dimensions: pd.DataFrame) -> Numbers:
    """Return the quantities by model and stratum, `dimensions.MODEL.QUANTITY.STRATUM.*`; see `DIMENSIONS`.

    All have their `value`. Of log likelihoods the report also quotes the `difference` from that of the base on test
    images; and the interval of what training images have more than validation images, and how that differs.
    `dimensions.MODEL.runs` is the number of training runs, `dimensions.largest` the most latent dimensions.
    """
    numbers: Numbers = {"dimensions": " ".join(dimensions["model"].unique())}
    if len(dimensions):
        numbers["dimensions.largest"] = int(dimensions["latent_dim"].max())
    for row in dimensions.to_dict("records"):
        quantity, stratum = row["quantity"], row["stratum"]
        key = f"dimensions.{row['model']}.{quantity}.{stratum}"
        numbers[f"{key}.value"] = row["value"]
        if quantity == "log_likelihood" and stratum in ("test", FIT):
            difference = Interval(row["difference"], row["difference_low"], row["difference_high"])
            numbers |= with_interval(f"{key}.difference", difference)
            if stratum == FIT:
                numbers |= with_interval(key, Interval(row["value"], row["low"], row["high"]))
            else:
                numbers |= {f"{key}.over": row["over"], f"dimensions.{row['model']}.runs": int(row["runs"])}
    return numbers


def effect_numbers(params: Params, effects: pd.DataFrame) -> Numbers:
    """Return the effects that the report quotes, by kind, models, quantity and stratum; see `EFFECTS`."""
    numbers: Numbers = {}
    spread = (effects["kind"] == "spread") & (effects["stratum"] == "test")
    for row in effects[effects["kind"].isin(BETWEEN) | spread].to_dict("records"):
        key = ".".join(["compare", *(row[name] for name in ("kind", "model_a", "model_b", "quantity", "stratum"))])
        numbers |= with_interval(key, Interval(row["value"], row["low"], row["high"]))
        if row["kind"] == "spread":
            numbers[f"{key}.size"] = row["size"]
    seed_pairs = effects[effects["kind"] == "seed_pairs"]
    if len(seed_pairs):
        numbers["compare.seed_pairs.compared"] = len(seed_pairs)
        numbers["compare.seed_pairs.clear"] = int(((seed_pairs["low"] > 0) | (seed_pairs["high"] < 0)).sum())
        numbers["compare.seed_pairs.expected"] = float(len(seed_pairs) * (1 - params.intervals.confidence))
    return numbers
