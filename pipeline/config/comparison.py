"""Parameters of comparisons between models."""

from typing import Annotated

from pydantic import Field

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_described
from pipeline.config.section import Positive, require, require_distinct

Pair = Annotated[tuple[ModelName, ModelName], Field(description="model_a, model_b")]


class CompareParams(NamesModels):
    """Pairs of models that are compared image by image, and the model from which others are varied."""

    base: ModelName
    """`roles.middle`, or that model trained for another number of epochs. The models that differ from it in the number
    of latent dimensions, in the seed, or in the training images make up the curve over the number of latent dimensions
    and the comparisons over training runs."""
    pairs: Annotated[tuple[Pair, ...], Field(min_length=1)]
    doubling: Positive
    """Nats of validation log likelihood: training that gains less when it is made twice as long was long enough."""
    joint_errors: Positive
    """Standard errors by which a difference lies below zero before an image counts as better under fewer dimensions."""

    def check_models(self, models: Models) -> None:
        """Check that every model of `pairs` is described, and `base` too."""
        require_described("compare.base", [self.base], models)
        require_described("compare.pairs", (name for pair in self.pairs for name in pair), models)
        require_distinct("compare.pairs", self.pairs)
        for a, b in self.pairs:
            require(a != b, f"compare.pairs has {[a, b]}, a model and itself; name another, or remove the pair")
