"""Print how far the study's likelihoods are off, each figure beside its bar; the study has measured them."""

from collections.abc import Mapping

from pipeline.config import load_params
from pipeline.core.storage import read_json
from stages.shared.command import run
from stages.shared.layout import Layout

Numbers = Mapping[str, float]
RMSE = {4: 0.08, 20: 0.12, 32: 0.14}
"""Bars by latent dimension, in nats."""


def main(layout: Layout) -> None:
    """Print one table per model: measured with the encoder's draws, as the study scores, and the bar."""
    params, numbers = load_params(layout.params), read_json(layout.numbers)
    for name in params.validation.models:
        if f"validate.{name}.study.rmse" not in numbers:
            print(f"{name}: not measured; run `dvc repro validate@{name} summarise`")
            continue
        latent = params.models[name].latent_dim
        print(f"{name}, {numbers[f'validate.{name}.study.images']} images")
        print(f"  {'':52} {f'encoder, {params.validation.encoder_draws}':>14} {'study':>9}   bar")
        for what, encoder, study, bar in rows(numbers, name, RMSE.get(latent)):
            print(f"  {what:52} {encoder:>14} {study:>9}   {bar}".rstrip())


def rows(numbers: Numbers, name: str, rmse: float | None) -> list[tuple[str, str, str, str]]:
    """Return rows of a table: quantity, value with the encoder, value as scored, bar."""
    encoder, study = f"validate.{name}.encoder", f"validate.{name}.study"
    table = [
        ("root mean square error (nats)", "rmse", 3, f"at most {rmse:g}" if rmse else ""),
        ("mean error (nats)", "bias", 3, "at most 0.02 without its sign"),
        ("largest error (nats)", "worst", 2, "at most 0.6"),
        ("95% intervals that hold the reference (%)", "coverage", 1, "92 to 98"),
        ("work per image (decoder passes)", "passes", 0, "at most 650"),
    ]
    found = [
        (what, f"{numbers[f'{encoder}.{key}']:.{digits}f}", f"{numbers[f'{study}.{key}']:.{digits}f}", bar)
        for what, key, digits, bar in table
    ]
    ratio = numbers[f"{study}.median_error"] / numbers[f"{study}.rmse"]
    found.append(("median standard error / root mean square error", "", f"{ratio:.2f}", "at most 1.3"))
    sets = [value for key, value in numbers.items() if key.startswith(f"{name}.") and _is_of_a_set(key)]
    found.append(("images of a set to distrust by their Pareto shape (%)", "", f"{max(sets):.2f}", "at most 0.5"))
    return [*found, ("largest standard error of the reference (nats)", "", _reference(numbers, name), "at most 0.02")]


def _is_of_a_set(key: str) -> bool:
    return key.endswith(".distrusted_percent") and key.count(".") == 2 and ".classify." not in key


def _reference(numbers: Numbers, name: str) -> str:
    return f"{numbers[f'validate.{name}.reference.largest_error']:.3f}"


if __name__ == "__main__":
    run(main)
