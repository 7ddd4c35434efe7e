"""Mixture over the modes of an image's posterior, with a share of the prior."""

import math
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from pipeline.core.streams import StreamFactory
from pipeline.likelihood.proposals import Draws
from pipeline.likelihood.refinement import Normals, solve_all
from pipeline.models.priors import Prior

FLATTENING = 0.5
"""Power of a mode's mass to which its share of the draws is in proportion: below 1, so that a mode whose mass was
underestimated still gets draws."""


class Mixture(NamedTuple):
    """Student's t distributions at m modes of n images, precision root root', then the prior; and their shares."""

    share: Float[Tensor, "m_and_prior n"]
    mean: Float[Tensor, "m n latent"]
    root: Float[Tensor, "m n latent latent"]
    degrees: float

    def select(self, kept: Bool[Tensor, " n"]) -> "Mixture":
        """Return the mixtures of some of the images."""
        return Mixture(self.share[:, kept], self.mean[:, kept], self.root[:, kept], self.degrees)


@dataclass(frozen=True)
class MixtureProposal:
    """Mixture as a proposal; see `pipeline.likelihood.proposals.Proposal`."""

    mixture: Mixture
    prior: Prior
    passes: Float[Tensor, " n"]
    screening: float
    spread: Float[Tensor, " n"] | None
    nested: ClassVar[bool] = False
    """Draws are allotted for a given total, so the first k draws of a longer sample are not a sample of size k."""

    def sample(self, streams: StreamFactory, draws: int) -> Draws:
        """Draw from every component as often as its share says."""
        noise = streams.named("draws").normal(draws, self.mixture.mean.shape[-1])
        chi_squared = streams.named("tails").chi_squared(draws, self.mixture.degrees)
        return mixture_draws(self.mixture, self.prior, self.prior.draw(noise, streams), noise, chi_squared)

    def select(self, kept: Bool[Tensor, " n"]) -> "MixtureProposal":
        """Return the proposal for some of the images."""
        spread = None if self.spread is None else self.spread[kept]
        return MixtureProposal(self.mixture.select(kept), self.prior, self.passes[kept], self.screening, spread)


def mixture_at(
    modes: Normals, kept: Bool[Tensor, "m n"], inflation: float, degrees: float, prior_share: float
) -> Mixture:
    """Return the mixture at the kept modes.

    Args:
        modes: normals whose fields are stacked, m per image.
        kept: which of them take part, at least one per image.
        inflation: factor on every standard deviation.
        degrees: of freedom; the fewer, the heavier the tails.
        prior_share: of the draws, which bounds the weights.
    """
    weight = torch.softmax((FLATTENING * modes.log_mass).masked_fill(~kept, -torch.inf), dim=0)
    share = torch.cat([weight * (1 - prior_share), torch.full_like(weight[:1], prior_share)])
    return Mixture(share, modes.mean, torch.linalg.cholesky(modes.precision) / inflation, degrees)


def mixture_draws(
    mixture: Mixture,
    prior: Prior,
    of_prior: Float[Tensor, "k n latent"],
    noise: Float[Tensor, "k n latent"],
    chi_squared: Float[Tensor, "k n"],
) -> Draws:
    """Draw from each component as often as its share says, with the density of all components together.

    The numbers of draws are fixed and not drawn (deterministic mixture), which takes their variance out
    of the estimate and leaves it unbiased. The density is that of the shares realised: of 256 draws, 4 % are 10 draws.

    Args:
        mixture: of n images.
        prior: the last component.
        of_prior: k draws from it per image; only the prior's share of them is used.
        noise: standard normal.
        chi_squared: with the mixture's degrees of freedom.

    References:
        Owen and Zhou (2000), Safe and effective importance sampling, section 3.
    """
    component = allot(mixture.share, len(noise))
    z = of_prior
    heavy = noise * (mixture.degrees / chi_squared).sqrt().unsqueeze(-1)
    for index, (mean, root) in enumerate(zip(mixture.mean, mixture.root, strict=True)):
        z = torch.where((component == index).unsqueeze(-1), mean + solve_all(root.mT, heavy), z)
    realised = torch.stack([(component == index).double().mean(dim=0) for index in range(len(mixture.share))])
    far = int((component == len(mixture.mean)).sum(dim=0).max())
    return Draws(z, log_density(mixture._replace(share=realised), prior, z), far)


def allot(share: Float[Tensor, "m n"], draws: int) -> Int64[Tensor, "k n"]:
    """Return the component of each draw: as many as `share` says to within one, in the components' order."""
    place = (torch.arange(draws, dtype=torch.float64, device=share.device) + 0.5) / draws
    ends = share.double().cumsum(dim=0)[:-1]
    return (place[:, None, None] > ends).sum(dim=1)


def log_density(mixture: Mixture, prior: Prior, z: Float[Tensor, "k n latent"]) -> Float[Tensor, "k n"]:
    """Return the log density of the whole mixture, in nats."""
    parts = [_student(mixture.degrees, *place, z) for place in zip(mixture.mean, mixture.root, strict=True)]
    each = torch.stack([*parts, prior.log_prob(z).double()])
    return torch.logsumexp(each + mixture.share.double().log().unsqueeze(1), dim=0)


def _student(
    degrees: float,
    mean: Float[Tensor, "n latent"],
    root: Float[Tensor, "n latent latent"],
    z: Float[Tensor, "k n latent"],
) -> Float[Tensor, "k n"]:
    latent = z.shape[-1]
    constant = math.lgamma((degrees + latent) / 2) - math.lgamma(degrees / 2) - latent / 2 * math.log(degrees * math.pi)
    square = torch.einsum("nde,knd->kne", root, z - mean).double().square().sum(dim=-1)
    bend = (degrees + latent) / 2 * torch.log1p(square / degrees)
    return constant + root.diagonal(dim1=-2, dim2=-1).double().log().sum(dim=-1) - bend
