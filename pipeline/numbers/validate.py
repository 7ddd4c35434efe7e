"""Errors of the estimators against the reference, and their effect on the comparison of two models."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import mean_t, normal_quantile
from pipeline.numbers.keys import Numbers, with_interval
from pipeline.validation.validate.tables import REFERENCE, STUDY


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Compare every method with the reference, at each number of draws.

    Args:
        table: log likelihoods of one model's images by each method; see `METHOD_ESTIMATES`.

    Returns:
        One row per method and number of draws (`study` has one row, whatever its draws): passes, the mean; rmse,
        rmse_but_worst (without the image whose error is largest) and worst, in nats.
    """
    return pd.DataFrame(
        [{"method": method, "draws": draws} | _errors(part) for method, draws, part in with_reference(table)]
    )


def coverage(part: pd.DataFrame, confidence: float) -> float:
    """Return the percentage of images whose interval, widened by the reference's own error, contains the reference."""
    reach = normal_quantile(confidence) * np.hypot(part["standard_error"], part["reference_error"])
    return 100 * float((part["off"].abs() <= reach).mean())


def with_reference(table: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Yield every method and number of draws with its rows, their error `off` in nats and the reference's own error.

    Args:
        table: log likelihoods of one model's images by each method; see `METHOD_ESTIMATES`. The study's own scores are
            one method with the number of draws 0.
    """
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
        "passes": float(part["passes"].mean()),
        "rmse": float(np.sqrt((off**2).mean())),
        "rmse_but_worst": float(np.sqrt((rest**2).sum() / max(1, len(rest)))),
        "worst": float(off.abs().max()),
    }


def validate_numbers(params: Params, tables: Mapping[str, pd.DataFrame]) -> Numbers:
    """Compute the errors of two methods under every model, and how a comparison of two models depends on the method.

    Args:
        params: the settings of the validation, the roles of the models and the confidence of the intervals.
        tables: log likelihoods of each model's images by each method; see `METHOD_ESTIMATES`.

    Returns:
        `validate.MODEL.METHOD.*` for the study's own scores and for the longest estimate with the encoder, with the
        mean error over the images of each subset as `validate.MODEL.METHOD.SUBSET.bias`; `validate.MODEL.squares`, the
        encoder's mean squared error less that of the study's scores, in nats^2; and `validate.comparison.SUBSET.*`.
    """
    encoder_draws, confidence = params.validation.encoder_draws, params.intervals.confidence
    numbers: Numbers = {}
    for name, table in tables.items():
        off: dict[str, pd.Series[float]] = {}
        for method, draws, part in with_reference(table):
            if method == STUDY or (method, draws) == ("encoder", encoder_draws):
                found = _errors(part) | {"coverage": coverage(part, confidence)}
                for subset, own in part.groupby("subset", observed=True):
                    found |= _mean(f"{subset}.bias", own["off"], confidence)
                numbers |= {f"validate.{name}.{method}.{key}": value for key, value in found.items()}
                off[method] = part.set_index("id")["off"]
        if {"encoder", STUDY} <= set(off):
            squares = (off["encoder"] ** 2 - off[STUDY] ** 2).dropna()
            numbers |= _mean(f"validate.{name}.squares", squares, confidence)
    small, middle = params.roles.small, params.roles.middle
    if small in tables and middle in tables:
        numbers |= _shifts(tables[middle], tables[small], encoder_draws, confidence)
    return numbers


def bias_of_scores(table: pd.DataFrame) -> dict[str, float]:
    """Return the mean error of the study's own scores against the reference, in nats, by subset.

    Args:
        table: log likelihoods of one model's images by each method; see `METHOD_ESTIMATES`.
    """
    own = next(part for method, _, part in with_reference(table) if method == STUDY)
    return {str(subset): float(part["off"].mean()) for subset, part in own.groupby("subset", observed=True)}


def estimation_error(monte_carlo_error: float, bias: float | None) -> float:
    """Return what is known of the error of a mean over images, in nats: its Monte Carlo error or the bias, if larger.

    The Monte Carlo error falls with the number of images. What every draw misses, such as a mode that no search found,
    does not, and the weights hold no trace of it: only a reference shows it.

    Args:
        monte_carlo_error: standard error of the mean over these images, in nats.
        bias: mean error of such images against the reference, in nats; None where it was not measured, so that the
            error may be larger than what is returned.
    """
    return max(monte_carlo_error, abs(bias or 0.0))


def _mean(key: str, values: "pd.Series[float]", confidence: float) -> dict[str, float]:
    """Return the mean over images with Student's interval; nothing for fewer than two images."""
    return with_interval(key, mean_t(values.to_numpy(np.float64), confidence)) if len(values) > 1 else {}


def _shifts(a: pd.DataFrame, b: pd.DataFrame, draws: int, confidence: float) -> Numbers:
    """Compare the difference a - b by encoder proposals with that by the study's scores, over the images of a subset.

    Each subset is on its own: the shift of a mixture of subsets depends on how many images of each are in it.
    """
    subset = a.drop_duplicates("id").set_index("id")["subset"]
    found = pd.DataFrame({"encoder": _difference(a, b, "encoder", draws), STUDY: _difference(a, b, STUDY)}).dropna()
    found = found.assign(shift=found["encoder"] - found[STUDY], subset=subset.reindex(found.index))
    numbers: Numbers = {}
    for name, part in found.groupby("subset", observed=True):
        own: Numbers = {
            "images": len(part),
            "encoder": float(part["encoder"].mean()),
            "study": float(part[STUDY].mean()),
            "largest_shift": float(part["shift"].abs().max()),
            "beyond_a_nat": int((part["shift"].abs() > 1).sum()),
        }
        own |= _mean("shift", part["shift"], confidence)
        numbers |= {f"validate.comparison.{name}.{key}": value for key, value in own.items()}
    return numbers


def _difference(a: pd.DataFrame, b: pd.DataFrame, method: str, draws: int | None = None) -> "pd.Series[float]":
    """Return a - b by image; `draws` None stands for a method that has one estimate per image."""
    one, other = (
        table[(table["method"] == method) & (True if draws is None else table["draws"] == draws)].set_index("id")
        for table in (a, b)
    )
    return (one["log_likelihood"] - other["log_likelihood"]).dropna()
