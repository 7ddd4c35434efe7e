"""Results of all stages, from which the figures and the numbers are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.core.storage import Arrays
from pipeline.data.images import Images
from pipeline.investigations.decompose.tables import Decomposition
from pipeline.investigations.regress.tables import Regression
from pipeline.investigations.sample.arrays import Samples


@dataclass(frozen=True)
class Results:
    """Results of all stages, by model where there is one per model; a model that a stage does not treat is absent."""

    images: Images
    """Every image, grey and binary, with its label and id."""
    split: pd.DataFrame
    """Subset and region of every image; see `pipeline.core.tables.SPLIT`."""
    histories: Mapping[str, pd.DataFrame]
    """Training curves, one row per epoch."""
    scores: Mapping[str, pd.DataFrame]
    """Log likelihood of every scored image; see `pipeline.likelihood.score_tables.SCORES`."""
    certified: Mapping[str, pd.DataFrame]
    """Log likelihood of a few images by independent methods; see `pipeline.validation.certify.tables.CERTIFIED`."""
    estimated: Mapping[str, pd.DataFrame]
    """Log likelihood of a few images by several estimators; see `validation.validate.tables.METHOD_ESTIMATES`."""
    classified: Mapping[str, pd.DataFrame]
    """Log likelihood of a few images given each label in turn; see `classify.tables.CLASSIFIED`."""
    diagnosed: Mapping[str, Mapping[str, Any]]
    """Measurements of latent spaces; see `pipeline.investigations.diagnose.diagnose.diagnose`."""
    latent: Mapping[str, Arrays]
    """Draws, images and paths of the same latent spaces, for figures and for the numbers of paths."""
    samples: Samples
    """Images drawn from models, by kind of picture; see `pipeline.investigations.sample.arrays.KINDS`."""
    decomposition: Decomposition | None
    """Decomposition of the log likelihood under one model, if there is one."""
    pairs: pd.DataFrame
    """Mean differences between models over the same images; see `compare.tables.PAIRS`."""
    dimensions: pd.DataFrame
    """Every quantity by the number of latent dimensions; see `compare.tables.DIMENSIONS`."""
    effects: pd.DataFrame
    """Effects of the number of latent dimensions and of the training run; see `compare.tables.EFFECTS`."""
    regression: Regression
    """Tables of the regression study, which has models of its own."""
