"""Parameters of confidence intervals."""

from typing import Annotated

from pydantic import Field

from pipeline.config.section import Section, Share


class IntervalParams(Section):
    """Level of every confidence interval, and size of every bootstrap."""

    confidence: Share
    resamples: Annotated[int, Field(ge=100, le=10_000_000)]
    """Resamples of a bootstrap over images."""
