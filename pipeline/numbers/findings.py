"""What a study leaves behind: all that its figures and its numbers are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.data.images import Images
from pipeline.investigations.decompose.tables import Anatomy
from pipeline.investigations.regress.tables import Regression
from pipeline.investigations.sample.arrays import Arrays, Samples


@dataclass(frozen=True)
class Findings:
    """What the stages found, by model where they looked at models; one that a stage was not asked about is absent."""

    images: Images
    """Every image, grey and binary, with its digit and id."""
    split: pd.DataFrame
    """Every image's set and region; see `pipeline.core.tables.SPLIT`."""
    histories: Mapping[str, pd.DataFrame]
    """Training curves, one row an epoch."""
    scores: Mapping[str, pd.DataFrame]
    """Log likelihood of every scored image; see `pipeline.likelihood.score_tables.SCORES`."""
    certified: Mapping[str, pd.DataFrame]
    """Second opinions on the log likelihood of a few images; see `pipeline.validation.certify.tables.CERTIFIED`."""
    estimated: Mapping[str, pd.DataFrame]
    """What several estimators say of a few images; see `pipeline.validation.validate.tables.ESTIMATED`."""
    classified: Mapping[str, pd.DataFrame]
    """Log likelihood of a few images given each digit in turn; see `classify.tables.CLASSIFIED`."""
    diagnosed: Mapping[str, Mapping[str, Any]]
    """What latent spaces are like, in numbers; see `pipeline.investigations.diagnose.diagnose.diagnose`."""
    latent: Mapping[str, Arrays]
    """The draws and images that figures show of the same latent spaces; numbers are made without them."""
    samples: Samples
    """What models draw, by kind of picture; see `pipeline.investigations.sample.arrays.KINDS`."""
    anatomy: Anatomy | None
    """What makes an image likely under one model, if that was asked."""
    pairs: pd.DataFrame
    """Mean differences between models over the same images; see `pipeline.likelihood.score_tables.PAIRS`."""
    effects: pd.DataFrame
    """What the number of latent dimensions changes; see `pipeline.investigations.compare.tables.EFFECTS`."""
    regression: Regression
    """The regression study's tables, which are of no such model."""
