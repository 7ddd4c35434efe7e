"""Errors of the estimators against the reference, and their effect on the comparison of two models."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.core.statistics import mean_t, normal_quantile
from pipeline.numbers.keys import with_interval
from pipeline.validation.validate.tables import REFERENCE, STUDY

Numbers = dict[str, float | int | str]


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Compare every method with the reference, at each number of draws.

    Args:
        table: log likelihoods of one model's images by each method; see `ESTIMATOR_ERRORS`.

    Returns:
        One row per method and number of draws (`study` has one row, whatever its draws): images; passes, the mean;
        rmse, rmse_but_worst (without the image whose error is largest), worst and median_error (the standard error's
        median) in nats.
    """
    return pd.DataFrame(
        [{"method": method, "draws": draws} | _errors(part) for method, draws, part in _with_reference(table)]
    )


def coverage(part: pd.DataFrame, confidence: float) -> float:
    """Return the percentage of images whose interval, widened by the reference's own error, contains the reference."""
    reach = normal_quantile(confidence) * np.hypot(part["standard_error"], part["reference_error"])
    return 100 * float((part["off"].abs() <= reach).mean())


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
        "worst": float(off.abs().max()),
        "median_error": float(part["standard_error"].median()),
    }


def validate_numbers(params: Params, tables: Mapping[str, pd.DataFrame]) -> Numbers:
    """Compute the errors of two methods under every model, and how a comparison of two models depends on the method.

    Args:
        params: the settings of the validation, the roles of the models and the confidence of the intervals.
        tables: log likelihoods of each model's images by each method; see `ESTIMATOR_ERRORS`.

    Returns:
        `validate.MODEL.METHOD.*` for the study's own scores and for the longest estimate with the encoder, with the
        mean error over the images of each subset as `validate.MODEL.METHOD.SUBSET.bias`; `validate.images.SUBSET`;
        `validate.MODEL.reference.*`; `validate.comparison.SUBSET.*`; and settings.
    """
    settings, confidence = params.validation, params.intervals.confidence
    numbers: Numbers = {
        f"validate.{key}": getattr(settings, key)
        for key in ("encoder_draws", "starts", "draws", "target_standard_error")
    }
    for name, table in tables.items():
        truth = table[table["method"] == REFERENCE]
        numbers |= {f"validate.images.{subset}": len(part) for subset, part in truth.groupby("subset", observed=True)}
        numbers[f"validate.{name}.reference.largest_error"] = float(truth["standard_error"].max())
        for method, draws, part in _with_reference(table):
            if method == STUDY or (method, draws) == ("encoder", settings.encoder_draws):
                found = _errors(part) | {"coverage": coverage(part, confidence), "bias": float(part["off"].mean())}
                for subset, own in part.groupby("subset", observed=True):
                    found |= _mean(f"{subset}.bias", own["off"], confidence)
                numbers |= {f"validate.{name}.{method}.{key}": value for key, value in found.items()}
    small, middle = params.roles.small, params.roles.middle
    if small in tables and middle in tables:
        numbers |= _shifts(tables[middle], tables[small], settings.encoder_draws, confidence)
    return numbers


def bias_of_scores(table: pd.DataFrame) -> dict[str, float]:
    """Return the mean error of the study's own scores against the reference, in nats, by subset.

    Args:
        table: log likelihoods of one model's images by each method; see `ESTIMATOR_ERRORS`.
    """
    own = next(part for method, _, part in _with_reference(table) if method == STUDY)
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
