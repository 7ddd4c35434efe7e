"""What is asked of trained models beside their likelihoods."""

from typing import Annotated

from pydantic import Field

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_conditional, require_described, require_unconditional
from pipeline.config.section import Count, Section


class ClassifyParams(NamesModels):
    """Which images are scored under every label they could have."""

    models: tuple[ModelName, ...]
    """Conditional ones."""
    test: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of the test set."""
    tail: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of each tail."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Of effort, in place of the scores': no effort makes an image likely under a wrong label."""

    def check_models(self, models: Models) -> None:
        """Check that each is a conditional one."""
        require_conditional("classify.models", self.models, models)


class SampleParams(NamesModels):
    """What is drawn from the models, and how much of it is measured."""

    models: tuple[ModelName, ...]
    """That draw; at least one is not conditional."""
    multiples: Annotated[tuple[Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)], ...], Field(min_length=1)]
    """Of the posterior's spread, at which images are reconstructed."""
    generated: Annotated[int, Field(ge=1, le=1000)]
    """Images a model draws to be shown."""
    pairs: Count
    """Of test images, whose paths are measured."""
    steps: Annotated[int, Field(ge=2, le=100)]
    """Of a path between two images, both ends among them."""
    styles: Annotated[int, Field(ge=1, le=100)]
    """In which every digit is shown."""
    measured: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images, or points of the prior, behind a mean."""
    points: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the prior, behind the pixels' entropies."""
    draws: Annotated[int, Field(ge=2, le=100_000)]
    """Importance weights in each bound on the likelihood of a generated image."""

    def check_models(self, models: Models) -> None:
        """Check that each is described."""
        require_described("sample.models", self.models, models)

    def check_one_is_unconditional(self, models: Models) -> None:
        """Check that there is one whose scores can tell how likely what is drawn is.

        Raises:
            ValueError: there is none.
        """
        if not self.unconditional(models):
            raise ValueError(f"sample.models = {list(self.models)} has none that is not conditional; add one")

    def unconditional(self, models: Models) -> list[str]:
        """Those that draw and are not conditional, in their order."""
        return [name for name in self.models if not models[name].conditional]


class DiagnoseParams(NamesModels):
    """How a latent space is looked at: which units are in use, and whether the aggregate posterior fills the prior."""

    models: tuple[ModelName, ...]
    """Whose it is; unconditional ones."""
    active: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    """Variance of the encoder's mean over images above which a unit is in use."""
    removal: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images on which units that are not in use are removed."""
    draws: Annotated[int, Field(ge=2, le=10_000_000)]
    """From the encoder, of each of them."""
    points: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the aggregate posterior at which its density is taken."""
    hidden: Count
    """Units of each hidden layer of the networks that tell draws and digits apart."""
    steps: Annotated[int, Field(ge=4, le=10_000_000)]
    """Of their training."""
    generated: Annotated[int, Field(ge=4, le=10_000_000)]
    """Images drawn from the model that are scored under it."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Of effort for them, in place of the scores'."""

    def check_models(self, models: Models) -> None:
        """Check that each is an unconditional one."""
        require_unconditional("diagnose.models", self.models, models)


class AnatomyParams(Section):
    """How the likelihood of test images under one model is taken apart."""

    images: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the test set, on which the averages inside and outside the logarithm are compared."""
    curve: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws from the encoder."""
    repetitions: Annotated[int, Field(ge=2, le=10_000)]
    """Of the largest number of draws."""
    gradient_images: Annotated[int, Field(ge=2, le=10_000_000)]
    """Of the training set, whose gradients are compared."""
    gradient_repetitions: Annotated[int, Field(ge=2, le=10_000)]
    """Gradients of each image, with draws of their own."""
    gradient_draws: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws inside the logarithm whose gradients are taken."""
    redrawn: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of the test set whose coins are flipped anew."""
    redraws: Annotated[int, Field(ge=2, le=1000)]
    """Of each."""
