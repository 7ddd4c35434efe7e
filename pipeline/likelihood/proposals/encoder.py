"""The encoder's normal q(z | x), as in importance-weighted autoencoders."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from pipeline.config import ScoreParams
from pipeline.core.streams import StreamFactory
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import Draws, Effort, encoder_draws


@dataclass(frozen=True)
class EncoderProposal:
    """The encoder's normals of n images; see `Proposal`."""

    posterior: Distribution
    passes: Float[Tensor, " n"]
    screening: ClassVar[float] = 0.0
    spread: ClassVar[None] = None
    nested: ClassVar[bool] = True

    def sample(self, streams: StreamFactory, draws: int) -> Draws:
        """Draw from q(z | x)."""
        noise = streams.named("encoder").normal(draws, self.posterior.event_shape[0])
        return encoder_draws(self.posterior, noise)

    def select(self, kept: Bool[Tensor, " n"]) -> "EncoderProposal":
        """Return the proposal for some of the images."""
        mean, stddev = self.posterior.mean[kept], self.posterior.stddev[kept]
        return EncoderProposal(Independent(Normal(mean, stddev, validate_args=False), 1), self.passes[kept])


def propose(images: Images, screen: Screen, effort: Effort, params: ScoreParams) -> EncoderProposal:  # noqa: ARG001
    """Return the encoder's normals, at the cost of one pass per image."""
    return EncoderProposal(images.model.posterior(images.x), torch.ones(len(images.x), device=images.x.device))
