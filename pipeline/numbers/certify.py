"""The certificate in numbers, under one key each."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.config import CertifyParams
from pipeline.numbers.certificate import certificate, contested
from pipeline.validation.certify.agreement import FAR
from pipeline.validation.certify.tables import SIMULATED

Numbers = dict[str, float | int | str]
QUANTITIES = ("images", "mean_difference", "mean_error", "largest_difference", "contradictions")
EFFORT = ("chains", "temperatures", "leapfrogs", "quadrature_latent", "nodes")
GAP = {"images": "images", "mean_difference": "mean", "mean_error": "error", "largest_difference": "largest"}
"""What the gap between the bounds of simulated images has of these, and what it is called there."""


def certificate_numbers(tables: Mapping[str, pd.DataFrame], params: CertifyParams) -> Numbers:
    """How far the methods differ by model and set, how far the bounds are apart, which images are contested.

    Args:
        tables: what every method says of each model's images.
        params: how much work it was.

    Returns:
        `certificate.MODEL.SET.METHOD_A.METHOD_B.*`, of a - b, with the set `real` for all of them
        together; `certificate.MODEL.gap.*`, of the upper less the lower bound of simulated images;
        every method's word on each contested image, `certificate.MODEL.contested.IMAGE.*`, and how many
        of those there are, a model's images and another's apart; and what was asked for.
    """
    doubts = {model: contested(table) for model, table in tables.items()}
    numbers: Numbers = {f"certificate.{name}": getattr(params, name) for name in EFFORT}
    numbers |= {"certificate.far": FAR, "certificate.contested": sum(one["image"].nunique() for one in doubts.values())}
    for row in certificate(tables).to_dict("records"):
        key = f"certificate.{row['model']}"
        if row["set"] == SIMULATED:
            numbers |= {f"{key}.gap.{name}": row[quantity] for quantity, name in GAP.items()}
        else:
            key += f".{row['set']}.{row['method_a']}.{row['method_b']}"
            numbers |= {f"{key}.{quantity}": row[quantity] for quantity in QUANTITIES}
    for model, doubt in doubts.items():
        for row in doubt.to_dict("records"):
            numbers |= _contested(f"certificate.{model}.contested.{row['image']}", row)
    return numbers


def _contested(key: str, row: Mapping[Any, Any]) -> Numbers:
    """One method's word; the image's number is a name, and so words."""
    method = f"{key}.{row['method']}"
    return {
        f"{key}.image": str(row["image"]),
        f"{key}.set": str(row["set"]),
        f"{method}.log_likelihood": float(row["log_likelihood"]),
        f"{method}.error": float(row["error"]),
    }
