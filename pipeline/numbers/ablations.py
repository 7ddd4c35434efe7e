"""What the label of a conditional model does where: variants with another form of it, or with an encoder without it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import mean_normal
from pipeline.investigations.model_relations import at_base_length, variants_of
from pipeline.numbers.bayes import predict
from pipeline.numbers.keys import Numbers, with_interval

Tables = Mapping[str, pd.DataFrame]


def ablation_numbers(params: Params, scores: Tables, classified: Tables) -> Numbers:
    """Compare variants of the conditional model, of the length of `compare.base`, with that model on the same images.

    Args:
        params: models and roles, and the confidence of the intervals.
        scores: of each model, one row per image.
        classified: of conditional models, one row per image and label; see `CLASSIFIED`.

    Returns:
        `ablations.base`, the model; `ablations.label` and `ablations.encoder_sees_label`, the variants; and
        `ablations.VARIANT.*`, the variant less the model over test images, with intervals over images for these
        weights: log_likelihood, that given the label, elbo, and inference_gap, the first less the second, in nats;
        accuracy_percent, in percentage points. Nothing without scores of both.
    """
    base = at_base_length(params, params.roles.conditional) if params.roles.conditional in params.models else None
    if base is None or base not in scores:
        return {}
    numbers: Numbers = {}
    for kind in ("encoder_sees_label", "label"):
        for name in (one for one in variants_of(params, base, kind) if one in scores):
            found = _differences(scores[name], scores[base])
            if {name, base} <= set(classified):
                found["accuracy_percent"] = _right(classified[name]) - _right(classified[base])
            numbers |= {"ablations.base": base, f"ablations.{kind}": name}
            for quantity, values in found.items():
                each = values.dropna().to_numpy(np.float64)
                if len(each) > 1:
                    interval = mean_normal(each, params.intervals.confidence)
                    numbers |= with_interval(f"ablations.{name}.{quantity}", interval)
    return numbers


def _differences(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    """Return the differences of the three quantities on the test images that both models scored, by id."""
    one, other = (
        table[table["subset"] == "test"]
        .set_index("id")
        .assign(inference_gap=lambda own: own["log_likelihood"] - own["elbo"])
        for table in (a, b)
    )
    return {quantity: one[quantity] - other[quantity] for quantity in ("log_likelihood", "elbo", "inference_gap")}


def _right(table: pd.DataFrame) -> "pd.Series[float]":
    """Return 100 for each test image whose label is found by Bayes' rule, and 0 for the others, by id."""
    found = predict(table)
    right: pd.Series[float] = 100.0 * found[found["subset"] == "test"].set_index("id")["correct"].astype(float)
    return right
