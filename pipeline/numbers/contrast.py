"""Two conditional models of different latent dimension, as classifiers and as densities of the same images."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from pipeline.config import ModelParams
from pipeline.core.statistics import mean_normal
from pipeline.numbers.bayes import predict
from pipeline.numbers.keys import Numbers, with_interval
from pipeline.numbers.worth import label_worth


def extremes(models: Mapping[str, ModelParams], classifiers: Iterable[str]) -> tuple[str, str] | None:
    """Return the classifiers of fewest and of most latent dimensions, or None if all have the same number."""
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
    """Compare two models on the test images that both classified.

    Args:
        pair: the model of fewest latent dimensions, and the one of most.
        classified: tables of each model, one row per image and label, as in `CLASSIFIED`.
        plain: by the name of each model, the scores of the one without labels that it is compared with.
        confidence: of the intervals, which are of paired differences.

    Returns:
        `classify.contrast.test.*`: the first model minus the second, of accuracy in percentage points, and of the
        label's worth and the density's gain in nats.
    """
    few, many = (_by_image(classified[name], plain[name]) for name in pair)
    both = few.merge(many, on="id", suffixes=("_few", "_many"), validate="one_to_one")
    numbers: Numbers = {"classify.contrast.few": pair[0], "classify.contrast.many": pair[1]}
    test = both[both["subset_few"] == "test"]
    numbers["classify.contrast.test.images"] = len(test)
    for quantity in ("accuracy_percent", "worth", "gain"):
        if len(test) > 1 and f"{quantity}_few" in test:
            difference = (test[f"{quantity}_few"] - test[f"{quantity}_many"]).to_numpy(np.float64)
            numbers |= with_interval(f"classify.contrast.test.{quantity}", mean_normal(difference, confidence))
    return numbers


def _by_image(table: pd.DataFrame, plain: pd.DataFrame | None) -> pd.DataFrame:
    """Return what the pair is compared in, one row per image; accuracy is 0 or 100."""
    found = label_worth(table, plain)
    right = predict(table).set_index("id")["correct"]
    return found.assign(accuracy_percent=100.0 * found["id"].map(right).astype(float))
