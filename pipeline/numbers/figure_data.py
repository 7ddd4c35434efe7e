"""Data of the figures of latent spaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.numbers.diagnose import diagnosis_numbers, lengths, real_scores


@dataclass(frozen=True)
class Diagnosis:
    """Diagnoses of the latent spaces of some models, each by the model's name.

    Attributes:
        found: nested numbers; see `pipeline.investigations.diagnose.diagnose.diagnose`.
        arrays: draws and images; see the same.
        real: log likelihoods of real images in nats, of the models that were scored.
        trained: epochs of the models that differ only in the length of their training, the shortest first.
        numbers: numbers of all diagnoses that the report quotes.
    """

    found: Mapping[str, Mapping[str, Any]]
    arrays: Mapping[str, Mapping[str, np.ndarray]]
    real: Mapping[str, np.ndarray]
    trained: Mapping[str, int]
    numbers: Mapping[str, float | int | str]


def collect(
    params: Params,
    found: Mapping[str, Mapping[str, Any]],
    arrays: Mapping[str, Mapping[str, np.ndarray]],
    scores: Mapping[str, pd.DataFrame],
) -> Diagnosis:
    """Collect the diagnosis of each model and the log likelihoods of real images under it."""
    real = {name: values.to_numpy() for name in found if (values := real_scores(name, params, scores)) is not None}
    numbers = diagnosis_numbers(params, found, scores)
    return Diagnosis(found, arrays, real, lengths(params, found), numbers)
