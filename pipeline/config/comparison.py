"""Parameters of comparisons between models."""

from typing import Annotated

from pydantic import Field

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_described
from pipeline.config.section import Positive

Pair = Annotated[tuple[ModelName, ModelName], Field(description="model_a, model_b")]


class CompareParams(NamesModels):
    """Pairs of models that are compared image by image."""

    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]
    joint_errors: Positive
    """Standard errors by which a difference lies below zero before an image counts as better under fewer dimensions."""

    def check_models(self, models: Models) -> None:
        """Check that every model of `pairs` is described."""
        require_described("compare.pairs", (name for pair in self.pairs for name in pair), models)
