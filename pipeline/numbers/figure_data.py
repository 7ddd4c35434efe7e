"""Data of the figures of latent spaces."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config import Params
from pipeline.numbers.diagnose import real_scores
from pipeline.numbers.lengths import families


@dataclass(frozen=True)
class Diagnosis:
    """Diagnoses of the latent spaces of some models, each by the model's name.

    Attributes:
        found: nested numbers; see `pipeline.investigations.diagnose.diagnose.diagnose`.
        arrays: draws and images; see the same.
        real: log likelihoods of real images in nats, of the models that were scored.
        trained: of some models, the epochs of all that differ from it in the length of training alone; see `families`.
    """

    found: Mapping[str, Mapping[str, Any]]
    arrays: Mapping[str, Mapping[str, np.ndarray]]
    real: Mapping[str, np.ndarray]
    trained: Mapping[str, Mapping[str, int]]


def collect(
    params: Params,
    found: Mapping[str, Mapping[str, Any]],
    arrays: Mapping[str, Mapping[str, np.ndarray]],
    scores: Mapping[str, pd.DataFrame],
) -> Diagnosis:
    """Collect the diagnosis of each model and the log likelihoods of real images under it."""
    real = {name: values.to_numpy() for name in found if (values := real_scores(name, params, scores)) is not None}
    return Diagnosis(found, arrays, real, families(params, found))
