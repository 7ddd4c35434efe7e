"""Parameters of the log likelihood estimator and of its checks."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_described
from pipeline.config.section import Count, Positive, Section, Share

ProposalName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""Name of a file in pipeline/likelihood/proposals, which the stages look up."""
Draws = Annotated[int, Field(ge=5, le=10_000_000)]
"""Importance weights of one image; of fewer the Pareto shape is not defined."""


class ScoreParams(Section):
    """Effort of the log likelihood estimate of each image."""

    proposal: ProposalName
    """Distribution that importance sampling draws from."""
    prior_points: Count
    """Draws from the prior, shared by all images, among which searches start."""
    starts: Annotated[int, Field(ge=0, le=1000)]
    """Searches per image at most, beside the one that starts at the encoder's mean."""
    search_passes: Annotated[int, Field(ge=0, le=1_000_000)]
    """Decoder passes that a search may spend on Newton steps; one step takes latent_dim + 1."""
    refine_rounds: Annotated[int, Field(ge=1, le=1000)]
    """Rounds in which the normal at each mode is refined."""
    refine_draws: Annotated[int, Field(ge=2, le=10_000, multiple_of=2)]
    """Gradients per round; at most twice latent_dim are used."""
    refine_precision: Literal["bfloat16", "float32"]
    """Precision of the matrix products in the refinement; importance weights always use float32."""
    inflation: Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
    """Factor on the standard deviations at a mode."""
    degrees: Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)]
    """Degrees of freedom of Student's t distribution at a mode."""
    prior_share: Share
    """Share of the draws that come from the prior."""
    draws: Annotated[int, Field(ge=64, le=10_000_000)]
    """Importance weights per image at the first level of effort."""
    elbo_draws: Annotated[int, Field(ge=2, le=10_000_000)]
    """Draws from the encoder whose mean log weight is the ELBO."""
    target_standard_error: Positive
    """Expected standard error in nats above which an image gets the next level of effort."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Levels of effort; each has twice the starts and rounds and four times the draws of the one before."""
    block: Count
    """Images at once; bounds the memory. The last block is padded to this size."""


class CertifyParams(NamesModels):
    """Effort of the second estimates by other methods."""

    models: tuple[ModelName, ...]
    images: Count
    """Images of every subset that a model is scored on."""
    simulated: Count
    """Images drawn from the model itself."""
    chains: Annotated[int, Field(ge=2, le=10_000)]
    """Annealing chains per image."""
    temperatures: Annotated[int, Field(ge=2, le=10_000_000)]
    """Steps of the path from the prior to the posterior."""
    leapfrogs: Count
    """Leapfrog steps per transition between two temperatures."""
    quadrature_latent: Annotated[int, Field(ge=0, le=6)]
    """Largest number of latent dimensions with quadrature."""
    nodes: Annotated[int, Field(ge=3, le=100)]
    """Nodes of the quadrature per dimension."""
    block: Count
    """Decoder passes at once; bounds the memory."""

    def check_models(self, models: Models) -> None:
        """Check that every model is described."""
        require_described("certify.models", self.models, models)


class ValidateParams(NamesModels):
    """Comparison of several estimators of the log likelihood with a reference."""

    models: tuple[ModelName, ...]
    test: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of the test set."""
    tail: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of each tail."""
    proposals: Annotated[tuple[ProposalName, ...], Field(min_length=1)]
    """Proposals that are compared."""
    encoder_draws: Draws
    """Draws in the longest estimate with the encoder as proposal."""
    curve: Annotated[tuple[Draws, ...], Field(min_length=1)]
    """Numbers of draws to compare."""
    starts: Count
    """Searches of the reference per image, from draws of the prior."""
    newton_steps: Count
    """Newton steps of the reference per search."""
    refine_rounds: Count
    """Refinement rounds of the reference."""
    draws: Draws
    """Importance weights of the reference, at least, and per step."""
    max_draws: Draws
    """Importance weights of the reference, at most."""
    target_standard_error: Positive
    """Standard error in nats at which the reference stops drawing."""

    def check_models(self, models: Models) -> None:
        """Check that every model is described and scored on the tails, and that the encoder is among the proposals."""
        require_described("validate.models", self.models, models)
        for name in self.models:
            if models[name].score_on == "test":
                raise ValueError(f"validate.models has {name!r}, whose score_on is test; the tails must be scored too")
        if "encoder" not in self.proposals:
            raise ValueError(
                f"validate.proposals = {list(self.proposals)} lacks encoder, which others are compared with"
            )
