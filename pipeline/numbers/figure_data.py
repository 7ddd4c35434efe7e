"""What figures of the latent spaces are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.numbers.diagnose import diagnosis_numbers, lengths, real_scores


@dataclass(frozen=True)
class Diagnosis:
    """What was found of the latent spaces of some models.

    `found` and `arrays` are one a model; `real` has log likelihoods of real images of those that were scored;
    `trained` the epochs of runs of one model that differ in length, and `numbers` what the page quotes of all.
    """

    found: Mapping[str, Mapping[str, Any]]
    arrays: Mapping[str, Mapping[str, np.ndarray]]
    real: Mapping[str, np.ndarray]
    trained: Mapping[str, int]
    numbers: Mapping[str, float | int | str]


def gather(
    params: Params,
    found: Mapping[str, Mapping[str, Any]],
    arrays: Mapping[str, Mapping[str, np.ndarray]],
    scores: Mapping[str, pd.DataFrame],
) -> Diagnosis:
    """Put what was found of each model beside the likelihood of real images under it."""
    real = {name: values.to_numpy() for name in found if (values := real_scores(name, params, scores)) is not None}
    numbers = diagnosis_numbers(params, found, scores)
    return Diagnosis(found, arrays, real, lengths(params, found), numbers)
