"""Parameters of the investigations of trained models."""

from typing import Annotated

from pydantic import Field, model_validator

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_conditional, require_described, require_unconditional
from pipeline.config.section import Count, Section, Share, require, require_ascending, require_distinct


class ClassifyParams(NamesModels):
    """Images that conditional models score under every label."""

    models: tuple[ModelName, ...]
    """Conditional models."""
    test: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of `test`."""
    tail: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of each tail."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Levels of effort, in place of score.levels: more effort does not make an image likely under a wrong label."""

    def check_models(self, models: Models) -> None:
        """Check that every model is described and conditional."""
        require_conditional("classify.models", self.models, models)
        require_distinct("classify.models", self.models)


class SampleParams(NamesModels):
    """Images that models draw, and statistics of them."""

    models: tuple[ModelName, ...]
    """The models that draw; `roles.middle` is one of them."""
    multiples: Annotated[tuple[Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)], ...], Field(min_length=1)]
    """Multiples of the posterior's standard deviations at which images are reconstructed."""
    generated: Annotated[int, Field(ge=1, le=1000)]
    """Images per model that the figures show."""
    styles: Annotated[int, Field(ge=1, le=100)]
    """Styles in which a conditional model shows every label."""
    measured: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images, or draws from the prior, behind a mean."""
    prior_points: Annotated[int, Field(ge=2, le=10_000_000)]
    """Draws from the prior behind the entropies of the pixels."""
    draws: Annotated[int, Field(ge=2, le=100_000)]
    """Importance weights per bound on the likelihood of a generated image."""

    @model_validator(mode="after")
    def _multiples_grow(self) -> "SampleParams":
        require_ascending("multiples", self.multiples)
        return self

    def check_models(self, models: Models) -> None:
        """Check that every model is described."""
        require_described("sample.models", self.models, models)
        require_distinct("sample.models", self.models)


class DiagnoseParams(NamesModels):
    """Diagnosis of a latent space: active units, how well the aggregate posterior fills the prior, and paths."""

    models: tuple[ModelName, ...]
    """Unconditional models; `roles.middle` is one of them."""
    active: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    """Variance over images of the encoder's mean above which a unit is active."""
    removal: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images on which inactive units are removed."""
    draws: Annotated[int, Field(ge=2, le=10_000_000)]
    """Draws from the encoder per image."""
    aggregate_points: Annotated[int, Field(ge=2, le=10_000_000)]
    """Draws from the aggregate posterior at which its density is computed."""
    void: Share
    """A region is a void where the aggregate posterior has less than this share of the prior's density."""
    ratios: Annotated[tuple[Share, ...], Field(min_length=1)]
    """Other such shares, at which the same masses are reported."""
    networks: Annotated[int, Field(ge=2, le=100)]
    """Networks whose mean estimates the density ratio of aggregate posterior and prior."""
    hidden: Count
    """Units per hidden layer of all networks."""
    steps: Annotated[int, Field(ge=4, le=10_000_000)]
    """Training steps of all networks."""
    pairs: Annotated[int, Field(ge=2, le=10_000_000)]
    """Pairs of unseen images that are joined by paths."""
    path_points: Annotated[int, Field(ge=2, le=100)]
    """Points per path, both ends included."""
    generated: Annotated[int, Field(ge=4, le=10_000_000)]
    """Images drawn from the model and scored under it."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Levels of effort for generated images, in place of score.levels."""

    @model_validator(mode="after")
    def _ratios_are_others_than_void(self) -> "DiagnoseParams":
        require_ascending("ratios", self.ratios)
        require(
            self.void not in self.ratios,
            f"ratios = {list(self.ratios)} has void = {self.void}, which is reported anyway; leave it out of ratios",
        )
        return self

    def check_models(self, models: Models) -> None:
        """Check that every model is described and unconditional."""
        require_unconditional("diagnose.models", self.models, models)
        require_distinct("diagnose.models", self.models)


class DecomposeParams(Section):
    """Decomposition of the log likelihood of test images under `roles.middle`."""

    images: Annotated[int, Field(ge=2, le=10_000_000)]
    """Test images for Monte Carlo inside and outside the logarithm."""
    curve: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws from the encoder."""
    repetitions: Annotated[int, Field(ge=2, le=10_000)]
    """Repetitions of the largest number of draws; smaller numbers share its draws."""
    gradient_images: Annotated[int, Field(ge=2, le=10_000_000)]
    """Training images whose gradients are compared."""
    gradient_repetitions: Annotated[int, Field(ge=2, le=10_000)]
    """Gradients per image, each from independent draws."""
    gradient_draws: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws inside the logarithm of a gradient."""
    redrawn: Annotated[int, Field(ge=2, le=10_000_000)]
    """Test images that are binarised again."""
    redraws: Annotated[int, Field(ge=2, le=1000)]
    """Binarisations per image."""

    @model_validator(mode="after")
    def _numbers_of_draws_grow(self) -> "DecomposeParams":
        require_ascending("curve", self.curve)
        require_ascending("gradient_draws", self.gradient_draws)
        return self
