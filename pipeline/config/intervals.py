"""Parameters of confidence intervals."""

import math
from typing import Annotated

from pydantic import Field, model_validator

from pipeline.config.section import Section, Share, require


class IntervalParams(Section):
    """Level of every confidence interval, and size of every bootstrap."""

    confidence: Share
    resamples: Annotated[int, Field(ge=100, le=10_000_000)]
    """Resamples of a bootstrap over images."""

    @model_validator(mode="after")
    def _resamples_reach_the_ends(self) -> "IntervalParams":
        beyond = self.resamples * (1 - self.confidence) / 2
        require(
            beyond > 1 - 1e-6,
            f"resamples = {self.resamples} are too few for confidence = {self.confidence}; "
            f"raise resamples to at least {math.ceil(2 / (1 - self.confidence) - 1e-6)}",
        )
        return self
