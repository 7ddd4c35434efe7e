"""Errors of the estimators against the reference, and their effect on the comparison of two models."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import normal_quantile
from pipeline.likelihood.subset_means import trustworthy
from pipeline.validation.validate.tables import REFERENCE, STUDY

Numbers = dict[str, float | int | str]


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Compare every method with the reference, at each number of draws.

    Args:
        table: log likelihoods of one model's images by each method; see `ESTIMATOR_ERRORS`.

    Returns:
        One row per method and number of draws (`study` has one row, whatever its draws): images; passes, the mean;
        rmse, rmse_but_worst (without the image whose error is largest), bias, worst and median_error (the standard
        error's median) in nats; distrusted_percent.
    """
    return pd.DataFrame(
        [{"method": method, "draws": draws} | _errors(part) for method, draws, part in _with_reference(table)]
    )


def coverage(table: pd.DataFrame, confidence: float) -> "pd.Series[float]":
    """Count the images whose interval, widened by the reference's own error, contains the reference.

    Args:
        table: log likelihoods of one model's images by each method; see `ESTIMATOR_ERRORS`.
        confidence: of the intervals.

    Returns:
        Percentages, row by row as in `errors`.
    """
    reach = normal_quantile(confidence)
    shares = [
        100 * float((part["off"].abs() <= reach * np.hypot(part["standard_error"], part["reference_error"])).mean())
        for _, _, part in _with_reference(table)
    ]
    return pd.Series(shares)


def _with_reference(table: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Yield every method and number of draws with its rows, their error `off` in nats and the reference's own error."""
    truth = table[table["method"] == REFERENCE].set_index("id")
    others = table[table["method"] != REFERENCE]
    draws = others["draws"].where(others["method"] != STUDY, 0)
    for (method, count), part in others.groupby([others["method"].astype(str), draws.astype(int)]):
        own = truth.reindex(part["id"])
        yield (
            str(method),
            int(str(count)),
            part.assign(
                off=part["log_likelihood"] - own["log_likelihood"].to_numpy(),
                reference_error=own["standard_error"].to_numpy(),
            ),
        )


def _errors(part: pd.DataFrame) -> dict[str, float]:
    off = part["off"]
    rest = off.abs().sort_values().iloc[:-1]
    return {
        "images": len(part),
        "passes": float(part["passes"].mean()),
        "rmse": float(np.sqrt((off**2).mean())),
        "rmse_but_worst": float(np.sqrt((rest**2).sum() / max(1, len(rest)))),
        "bias": float(off.mean()),
        "worst": float(off.abs().max()),
        "median_error": float(part["standard_error"].median()),
        "distrusted_percent": 100 * float(1 - trustworthy(part).mean()),
    }


def validate_numbers(params: Params, tables: Mapping[str, pd.DataFrame]) -> Numbers:
    """Compute the errors of every method under every model, and how a comparison of two models depends on the method.

    Args:
        params: the settings of the validation, the roles of the models and the confidence of the intervals.
        tables: log likelihoods of each model's images by each method; see `ESTIMATOR_ERRORS`.

    Returns:
        `validate.MODEL.METHOD[.DRAWS].*`, the draws left out for the study's own scores and for the longest estimate
        with the encoder; `validate.MODEL.reference.*`; `validate.comparison.*`; and settings.
    """
    settings = params.validation
    numbers: Numbers = {
        f"validate.{key}": getattr(settings, key)
        for key in ("encoder_draws", "starts", "draws", "target_standard_error")
    }
    for name, table in tables.items():
        truth = table[table["method"] == REFERENCE]
        numbers[f"validate.{name}.reference.draws"] = int(truth["draws"].min())
        numbers[f"validate.{name}.reference.largest_error"] = float(truth["standard_error"].max())
        found = errors(table).assign(coverage=coverage(table, params.intervals.confidence))
        for row in found.to_dict("records"):
            whole = row["method"] == STUDY or (row["method"], row["draws"]) == ("encoder", settings.encoder_draws)
            key = f"validate.{name}.{row['method']}" + ("" if whole else f".{row['draws']}")
            numbers |= {f"{key}.{what}": row[what] for what in row if what not in {"method", "draws"}}
    small, middle = params.roles.small, params.roles.middle
    if small in tables and middle in tables:
        numbers |= _shift(tables[middle], tables[small], settings.encoder_draws)
    return numbers


def _shift(a: pd.DataFrame, b: pd.DataFrame, draws: int) -> Numbers:
    """Compare the difference a - b over the same images by encoder proposals with that by the study's scores."""
    encoder = _difference(a, b, "encoder", draws)
    study = _difference(a, b, STUDY)
    shift = encoder - study
    return {
        "validate.comparison.images": len(study),
        "validate.comparison.encoder": float(encoder.mean()),
        "validate.comparison.study": float(study.mean()),
        "validate.comparison.shift": float(shift.mean()),
        "validate.comparison.shift_error": float(shift.std(ddof=1) / np.sqrt(len(shift))),
        "validate.comparison.largest_shift": float(shift.abs().max()),
        "validate.comparison.beyond_a_nat": int((shift.abs() > 1).sum()),
        "validate.comparison.sign_changes": int((np.sign(encoder) != np.sign(study)).sum()),
    }


def _difference(a: pd.DataFrame, b: pd.DataFrame, method: str, draws: int | None = None) -> "pd.Series[float]":
    """Return a - b by image; `draws` None stands for a method that has one estimate per image."""
    one, other = (
        table[(table["method"] == method) & (True if draws is None else table["draws"] == draws)].set_index("id")
        for table in (a, b)
    )
    return (one["log_likelihood"] - other["log_likelihood"]).dropna()
