"""Two conditional models of different latent dimension, as classifiers and as densities of the same images."""

from collections.abc import Mapping

import pandas as pd

from pipeline.config import ModelParams
from pipeline.numbers.bayes import verdicts
from pipeline.numbers.intervals import mean_and_interval
from pipeline.numbers.worth import label_worth

Numbers = dict[str, float | int | str]


def extremes(models: Mapping[str, ModelParams], classifiers: Mapping[str, pd.DataFrame]) -> tuple[str, str] | None:
    """The classifiers of fewest and of most latent dimensions, unless all have the same number."""
    ordered = sorted(classifiers, key=lambda name: models[name].latent_dim)
    if not ordered or models[ordered[0]].latent_dim == models[ordered[-1]].latent_dim:
        return None
    return ordered[0], ordered[-1]


def contrast_numbers(
    pair: tuple[str, str],
    classified: Mapping[str, pd.DataFrame],
    plain: Mapping[str, pd.DataFrame | None],
    confidence: float,
) -> Numbers:
    """The first model of the pair minus the second on the images that both classified, by set.

    Args:
        pair: the model of fewest latent dimensions, and the one of most.
        classified: of each model, one row an image and label.
        plain: of each model, the scores of the one without labels that it is compared with.
        confidence: of the intervals, which are of paired differences.
    """
    few, many = (_of_images(classified[name], plain[name]) for name in pair)
    both = few.merge(many, on="image", suffixes=("_few", "_many"), validate="one_to_one")
    numbers: Numbers = {"classify.contrast.few": pair[0], "classify.contrast.many": pair[1]}
    for one_set, part in both.groupby("set_few", observed=True):
        key = f"classify.contrast.{one_set}"
        numbers[f"{key}.images"] = len(part)
        for quantity in ("accuracy_percent", "worth", "gain"):
            if len(part) > 1 and f"{quantity}_few" in part:
                difference = part[f"{quantity}_few"] - part[f"{quantity}_many"]
                numbers |= mean_and_interval(f"{key}.{quantity}", difference, confidence)
    return numbers


def _of_images(table: pd.DataFrame, plain: pd.DataFrame | None) -> pd.DataFrame:
    found = label_worth(table, plain)
    right = verdicts(table).set_index("image")["correct"]
    return found.assign(accuracy_percent=100.0 * found["image"].map(right).astype(float))
