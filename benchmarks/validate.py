"""Print how far the study's likelihoods are off, each figure beside its limit; the study has measured them."""

from collections.abc import Iterator, Mapping

import pandas as pd

from pipeline.config import load_params
from pipeline.core.storage import read_json
from pipeline.numbers.validate import coverage, errors, with_reference
from pipeline.validation.validate.tables import REFERENCE, STUDY, read_method_estimates
from stages.shared.command import run
from stages.shared.layout import Layout

Row = tuple[str, str, str, str]
"""Quantity, value with the encoder, value of the study, limit."""
RMSE = {4: 0.05, 20: 0.08, 32: 0.115}
"""Limits of the root mean square error by number of latent dimensions, in nats."""


def main(layout: Layout) -> None:
    """Print one table per model: measured with the encoder's draws, as the study scores, and the limit."""
    params = load_params(layout.params)
    numbers = read_json(layout.numbers) if layout.numbers.exists() else {}
    encoder_draws, confidence = params.validation.encoder_draws, params.intervals.confidence
    for name in params.validation.models:
        if not layout.validation(name).exists():
            print(f"{name}: not measured; run `dvc repro validate@{name}`")
            continue
        table = read_method_estimates(layout.validation(name))
        print(f"{name}, {table['id'].nunique()} images")
        print(f"  {'':52} {f'encoder, {encoder_draws}':>14} {'study':>9}   limit")
        rmse = RMSE.get(params.models[name].latent_dim)
        rows = [*error_rows(table, encoder_draws, confidence, rmse), *rows_of_all_images(numbers, name)]
        for what, encoder, study, limit in rows:
            print(f"  {what:52} {encoder:>14} {study:>9}   {limit}".rstrip())


def error_rows(table: pd.DataFrame, encoder_draws: int, confidence: float, rmse: float | None) -> Iterator[Row]:
    """Yield the errors on the images that have a reference.

    Args:
        table: log likelihoods of these images by each method; see `METHOD_ESTIMATES`.
        encoder_draws: of the estimate with the encoder.
        confidence: of the intervals that hold the reference.
        rmse: limit of the root mean square error in nats; None where there is none.
    """
    found = {(row["method"], row["draws"]): row for row in errors(table).to_dict("records")}
    parts = {(method, draws): part for method, draws, part in with_reference(table)}
    both = ("encoder", encoder_draws), (STUDY, 0)
    for what, key, digits, limit in (
        ("root mean square error (nats)", "rmse", 3, f"at most {rmse:g}" if rmse else ""),
        ("largest error (nats)", "worst", 2, "at most 0.6"),
        ("work per image (decoder passes)", "passes", 0, "at most 600"),
    ):
        encoder, study = (f"{found[one][key]:.{digits}f}" for one in both)
        yield what, encoder, study, limit
    encoder, study = (f"{parts[one]['off'].mean():.3f}" for one in both)
    yield "mean error (nats)", encoder, study, "at most 0.01 in absolute value"
    encoder, study = (f"{coverage(parts[one], confidence):.1f}" for one in both)
    yield f"{100 * confidence:g}% intervals that hold the reference (%)", encoder, study, "93 to 97"
    ratio = float(parts[STUDY, 0]["standard_error"].median()) / found[STUDY, 0]["rmse"]
    yield "median standard error / root mean square error", "", f"{ratio:.2f}", "at most 1.3"
    largest = table.loc[table["method"] == REFERENCE, "standard_error"].max()
    yield "largest standard error of the reference (nats)", "", f"{largest:.3f}", "at most 0.02"


def rows_of_all_images(numbers: Mapping[str, float], name: str) -> Iterator[Row]:
    """Yield the shares of distrusted images and the rate of missed modes, as far as numbers.json has them.

    Args:
        numbers: of the study, by key.
        name: of the model.
    """
    shares = [value for key, value in numbers.items() if key.startswith(f"{name}.") and _is_of_a_subset(key)]
    if shares:
        yield "distrusted images, most in any subset (%)", "", f"{max(shares):.2f}", "at most 1"
    key = f"certificate.{name}.search.missed_per_thousand"
    if f"{key}.value" in numbers:
        yield "test images with a missed mode, per thousand", "", f"{numbers[f'{key}.value']:.2f}", "at most 0.5"
        yield "upper end of the interval of this rate", "", f"{numbers[f'{key}.high']:.2f}", ""


def _is_of_a_subset(key: str) -> bool:
    return key.endswith(".unreliable_percent") and key.count(".") == 2 and ".classify." not in key


if __name__ == "__main__":
    run(main)
