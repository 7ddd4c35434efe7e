"""Models against each other."""

from typing import Annotated

from pydantic import Field

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_described
from pipeline.config.section import Seconds, Section, Share

Pair = Annotated[tuple[ModelName, ModelName], Field(description="model_a, model_b")]


class CompareParams(NamesModels):
    """Which models are compared, and how sure the comparison is."""

    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]
    resamples: Annotated[int, Field(ge=100, le=10_000_000)]
    """Of the bootstrap over images."""
    confidence: Share

    def check_models(self, models: Models) -> None:
        """Check that each is described."""
        require_described("compare.pairs", (name for pair in self.pairs for name in pair), models)


class DimensionsParams(Section):
    """When fewer latent dimensions count as better for an image."""

    joint_errors: Seconds
    """Monte Carlo standard errors of the difference by which it must be below zero."""
