"""How far each method is from the reference, and what that does to a comparison of two models."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.likelihood.subset_means import trustworthy
from pipeline.validation.validate.tables import REFERENCE, STUDY

Numbers = dict[str, float | int | str]
TWO_SIDED = 1.959964
"""Standard errors to either side of an interval that is to cover 95 times in 100."""


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Compare every method with the reference, at each number of draws.

    Args:
        table: what every method says of one model's images; see `ESTIMATED`.

    Returns:
        One row a method and number of draws (`study` is one row, whatever its draws): images; passes, the
        mean; rmse, rmse_but_worst (without the image whose error is largest), bias, worst and median_error
        (the standard error's median) in nats; coverage, the percentage of images whose 95% interval,
        widened by the reference's own error, holds the reference; distrusted_percent.
    """
    truth = table[table["method"] == REFERENCE].set_index("image")
    others = table[table["method"] != REFERENCE]
    draws = others["draws"].where(others["method"] != STUDY, 0)
    rows = [
        {"method": method, "draws": count} | _against(part.set_index("image"), truth)
        for (method, count), part in others.groupby([others["method"].astype(str), draws.astype(int)])
    ]
    return pd.DataFrame(rows)


def _against(part: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    error = part["log_likelihood"] - truth["log_likelihood"].reindex(part.index)
    rest = error.abs().sort_values().iloc[:-1]
    reach = TWO_SIDED * np.hypot(part["standard_error"], truth["standard_error"].reindex(part.index))
    return {
        "images": len(part),
        "passes": float(part["passes"].mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "rmse_but_worst": float(np.sqrt((rest**2).sum() / max(1, len(rest)))),
        "bias": float(error.mean()),
        "worst": float(error.abs().max()),
        "median_error": float(part["standard_error"].median()),
        "coverage": 100 * float((error.abs() <= reach).mean()),
        "distrusted_percent": 100 * float(1 - trustworthy(part).mean()),
    }


def accuracy_numbers(params: Params, tables: Mapping[str, pd.DataFrame]) -> Numbers:
    """The errors of every method under every model, and how the comparison of two models depends on the method."""
    settings = params.accuracy
    numbers: Numbers = {f"accuracy.{key}": getattr(settings, key) for key in ("encoder", "starts", "draws", "error")}
    for name, table in tables.items():
        truth = table[table["method"] == REFERENCE]
        numbers[f"accuracy.{name}.reference.draws"] = int(truth["draws"].min())
        numbers[f"accuracy.{name}.reference.largest_error"] = float(truth["standard_error"].max())
        for row in errors(table).to_dict("records"):
            whole = row["method"] == STUDY or (row["method"], row["draws"]) == ("encoder", settings.encoder)
            key = f"accuracy.{name}.{row['method']}" + ("" if whole else f".{row['draws']}")
            numbers |= {f"{key}.{what}": row[what] for what in row if what not in {"method", "draws"}}
    small, middle = params.roles.small, params.roles.middle
    if small in tables and middle in tables:
        numbers |= _moved(tables[middle], tables[small], params.accuracy.encoder)
    return numbers


def _moved(a: pd.DataFrame, b: pd.DataFrame, draws: int) -> Numbers:
    """The difference a - b over the same images, by the encoder's proposals and by the study's."""
    encoder, study = (_difference(a, b, method, count) for method, count in (("encoder", draws), (STUDY, None)))
    shift = encoder - study
    return {
        "accuracy.comparison.images": len(study),
        "accuracy.comparison.encoder": float(encoder.mean()),
        "accuracy.comparison.study": float(study.mean()),
        "accuracy.comparison.shift": float(shift.mean()),
        "accuracy.comparison.shift_error": float(shift.std(ddof=1) / np.sqrt(len(shift))),
        "accuracy.comparison.largest_shift": float(shift.abs().max()),
        "accuracy.comparison.beyond_a_nat": int((shift.abs() > 1).sum()),
        "accuracy.comparison.sign_changes": int((np.sign(encoder) != np.sign(study)).sum()),
    }


def _difference(a: pd.DataFrame, b: pd.DataFrame, method: str, draws: int | None) -> "pd.Series[float]":
    one, other = (
        table[(table["method"] == method) & (True if draws is None else table["draws"] == draws)].set_index("image")
        for table in (a, b)
    )
    return (one["log_likelihood"] - other["log_likelihood"]).dropna()
