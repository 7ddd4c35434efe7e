"""Parameters of the log likelihood estimator and of its checks."""

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.models import ModelName
from pipeline.config.naming import Models, NamesModels, require_described
from pipeline.config.section import Count, Positive, Section, Share, require, require_ascending, require_distinct, spelt

MOST_DRAWS = 10_000_000
"""Importance weights of one image, at most."""
MOST_NODES = 1_000_000
"""Points of a quadrature in all dimensions together, at most."""
ProposalName = Annotated[
    str, spelt(r"[a-z][a-z0-9_]*", "use lower-case letters, digits and underscores, and begin with a letter")
]
"""Name of a file in pipeline/likelihood/proposals, which the stages look up."""
Draws = Annotated[int, Field(ge=5, le=MOST_DRAWS)]
"""Importance weights of one image; of fewer the Pareto shape is not defined."""


Width = Annotated[float, Field(ge=1, le=10, allow_inf_nan=False)]
"""Factor on the standard deviations of a normal."""


class ScoreParams(Section):
    """Effort of the log likelihood estimate of each image."""

    proposal: ProposalName
    """Distribution that importance sampling draws from."""
    prior_points: Count
    """Draws from the prior, shared by all images, among which searches start."""
    low_latent: Annotated[int, Field(ge=0, le=1000)]
    """Number of latent dimensions up to which there are `low_prior_points` instead."""
    low_prior_points: Count
    """Draws from the prior where there are few latent dimensions."""
    low_spread: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)]
    """Factor on the distances of half of those from their mean."""
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
    widths: Annotated[tuple[Width, ...], Field(min_length=1)]
    """Factors on the standard deviations of the normals at a mode."""
    width_shares: Annotated[tuple[Positive, ...], Field(min_length=1)]
    """Shares of these normals in the mode's draws."""
    prior_share: Share
    """Share of the draws that come from the prior."""
    draws: Annotated[int, Field(ge=64, le=MOST_DRAWS)]
    """Importance weights per image at the first level of effort."""
    elbo_draws: Annotated[int, Field(ge=2, le=10_000_000)]
    """Draws from the encoder whose mean log weight is the ELBO."""
    target_standard_error: Positive
    """Expected standard error in nats above which an image gets the next level of effort."""
    levels: Annotated[int, Field(ge=1, le=8)]
    """Levels of effort; each has twice the starts and rounds and four times the draws of the one before."""
    block: Count
    """Images at once; bounds the memory. The last block is padded to this size."""

    @model_validator(mode="after")
    def _widths_have_shares(self) -> "ScoreParams":
        widths, shares = list(self.widths), list(self.width_shares)
        require_ascending("widths", widths)
        require(
            len(shares) == len(widths),
            f"width_shares = {shares} has not as many values as widths = {widths}; give every width a share",
        )
        total = math.fsum(shares)
        require(
            math.isclose(total, 1, abs_tol=1e-6),
            f"width_shares = {shares} of widths = {widths} add up to {total:g}; make it 1",
        )
        return self

    @model_validator(mode="after")
    def _every_level_has_points_and_draws(self) -> "ScoreParams":
        last = self.levels - 1
        for key in ("prior_points", "low_prior_points"):
            points, searches = getattr(self, key), self.starts * 2**last + 1
            require(
                searches <= points,
                f"starts = {self.starts} at levels = {self.levels} are up to {searches} searches, "
                f"more than {key} = {points} to start from; lower starts, or raise {key}",
            )
        require(
            self.draws * 4**last <= MOST_DRAWS,
            f"levels = {self.levels} with draws = {self.draws} end at {self.draws * 4**last} importance weights per "
            f"image; lower one of them, to {MOST_DRAWS} at most",
        )
        require(
            self.prior_share * self.draws >= 1,
            f"prior_share = {self.prior_share} of draws = {self.draws} is not one draw from the prior; "
            "raise one of them",
        )
        return self

    def points_in(self, latent_dim: int) -> int:
        """Return the number of draws from the prior for this many latent dimensions."""
        return self.low_prior_points if latent_dim <= self.low_latent else self.prior_points


class CertifyParams(NamesModels):
    """Effort of the second estimates by other methods."""

    models: tuple[ModelName, ...]
    images: Count
    """Images of every subset that a model is scored on."""
    simulated: Count
    """Images drawn from the model itself."""
    searched: Count
    """Images of `test` that are scored again with another search for modes."""
    searched_latent: Annotated[int, Field(ge=0, le=1000)]
    """Number of latent dimensions above which they are `searched_high` instead."""
    searched_high: Count
    """Images of `test` that are scored again where there are many latent dimensions."""
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

    @model_validator(mode="after")
    def _work_has_bounds(self) -> "CertifyParams":
        require(
            self.chains <= self.block,
            f"chains = {self.chains} of one image do not fit into block = {self.block}; raise block, or lower chains",
        )
        nodes = self.nodes**self.quadrature_latent
        require(
            nodes <= MOST_NODES,
            f"nodes = {self.nodes} in quadrature_latent = {self.quadrature_latent} dimensions are {nodes} points; "
            f"lower one of them, to {MOST_NODES} points at most",
        )
        return self

    def searched_in(self, latent_dim: int) -> int:
        """Return the number of images to search again for this many latent dimensions."""
        return self.searched if latent_dim <= self.searched_latent else self.searched_high

    def check_models(self, models: Models) -> None:
        """Check that every model is described."""
        require_described("certify.models", self.models, models)
        require_distinct("certify.models", self.models)


class ValidateParams(NamesModels):
    """Comparison of several estimators of the log likelihood with a reference."""

    models: tuple[ModelName, ...]
    test: Annotated[int, Field(ge=2, le=10_000_000)]
    """Images of `test`."""
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

    @model_validator(mode="after")
    def _numbers_of_draws_agree(self) -> "ValidateParams":
        curve = list(self.curve)
        require_ascending("curve", curve)
        require(
            curve[-1] <= self.encoder_draws,
            f"curve = {curve} goes beyond encoder_draws = {self.encoder_draws}, the longest estimate with the encoder; "
            "shorten curve, or raise encoder_draws",
        )
        require(
            self.max_draws % self.draws == 0,
            f"max_draws = {self.max_draws} is no multiple of draws = {self.draws}, which are added until there are so "
            "many; make it one",
        )
        return self

    def check_models(self, models: Models) -> None:
        """Check that every model is described and scored on the tails, and that the encoder is among the proposals."""
        require_described("validate.models", self.models, models)
        require_distinct("validate.models", self.models)
        for name in self.models:
            scored = models[name].score_on
            if scored in {"test", "fit"}:
                raise ValueError(
                    f"validate.models has {name!r}, whose score_on is {scored}, without the tails; "
                    "set it to holdouts, sample or all"
                )
        require_distinct("validate.proposals", self.proposals)
        if "encoder" not in self.proposals:
            raise ValueError(
                f"validate.proposals = {list(self.proposals)} lacks encoder, which others are compared with; add it"
            )
