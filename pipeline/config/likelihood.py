"""The likelihood of an image: how it is estimated, and how the estimate is held against others."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_described
from pipeline.config.section import Count, Seconds, Section, Share


class ScoreParams(Section):
    """How much work each image's likelihood is given."""

    points: Count
    """Of the prior, shared by all images, among which searches start."""
    starts: Annotated[int, Field(ge=0, le=1000)]
    """Searches an image at most, beside the one from the encoder's mean."""
    climb: Annotated[int, Field(ge=0, le=1_000_000)]
    """Decoder passes that a search may spend on Newton steps; one takes latent_dim + 1."""
    rounds: Annotated[int, Field(ge=1, le=1000)]
    """Of refinement of the normal at each mode."""
    round_draws: Annotated[int, Field(ge=2, le=10_000, multiple_of=2)]
    """Slopes seen in a round; at most twice latent_dim."""
    round_precision: Literal["bfloat16", "float32"]
    """Of the matrix products behind these slopes; the weights' are always float32."""
    inflation: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
    """Factor on the standard deviations at a mode."""
    degrees: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)]
    """Of freedom of Student's t distribution at a mode."""
    prior_share: Share
    """Of the draws, from the prior."""
    draws: Annotated[int, Field(ge=64, le=10_000_000)]
    """Importance weights an image."""
    bound: Annotated[int, Field(ge=2, le=10_000_000)]
    """Draws from the encoder whose mean log weight is the bound."""
    tolerance: Seconds
    """Expected standard error in nats above which an image is given more effort."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Of effort; each has twice the starts and rounds and four times the draws of the one before."""
    block: Count
    """Images at once; bounds the memory, and every block is filled up to it."""


class CertifyParams(NamesModels):
    """How much work goes into second opinions on a few images' likelihood."""

    models: tuple[ModelName, ...]
    """Under which they are asked for."""
    images: Count
    """Of every set that a model is scored on."""
    simulated: Count
    """Images drawn from the model itself."""
    chains: Annotated[int, Field(ge=2, le=10_000)]
    """Of annealing, an image."""
    temperatures: Annotated[int, Field(ge=2, le=10_000_000)]
    """Steps of the path from the prior to the posterior."""
    leapfrogs: Count
    """Steps of each transition between two temperatures."""
    quadrature_latent: Annotated[int, Field(ge=0, le=6)]
    """Latent dimensions up to which there is quadrature."""
    nodes: Annotated[int, Field(ge=3, le=100)]
    """Of the quadrature, in each dimension."""
    block: Count
    """Decoder passes at once; bounds the memory."""

    def check_models(self, models: Models) -> None:
        """Check that each is described."""
        require_described("certify.models", self.models, models)


class AccuracyParams(NamesModels):
    """How estimators of the likelihood are held against a reference."""

    models: tuple[ModelName, ...]
    """Under which they are."""
    test: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of the test set."""
    tail: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of each tail."""
    encoder: Count
    """Draws of the encoder's longest estimate."""
    curve: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Numbers of draws that are compared."""
    starts: Count
    """Searches of the reference, from points of the prior."""
    steps: Count
    """Newton steps of each."""
    rounds: Count
    """Of refinement of the reference's normals."""
    draws: Count
    """Importance weights of the reference at least, and at a time."""
    most: Count
    """Importance weights of the reference at most."""
    error: Seconds
    """Standard error in nats at which the reference has enough weights."""

    def check_models(self, models: Models) -> None:
        """Check that each is described."""
        require_described("accuracy.models", self.models, models)
