"""Mixture over the modes of an image's posterior, with a share of the prior."""

import math
from collections.abc import Mapping
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
    """Normals about the modes of n images, m per image, precision root root', then the prior; and their shares."""

    share: Float[Tensor, "m_and_prior n"]
    mean: Float[Tensor, "m n latent"]
    root: Float[Tensor, "m n latent latent"]

    def select(self, kept: Bool[Tensor, " n"]) -> "Mixture":
        """Return the mixtures of some of the images."""
        return Mixture(self.share[:, kept], self.mean[:, kept], self.root[:, kept])


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
        return mixture_draws(self.mixture, self.prior, self.prior.draw(noise, streams), noise)

    def select(self, kept: Bool[Tensor, " n"]) -> "MixtureProposal":
        """Return the proposal for some of the images."""
        spread = None if self.spread is None else self.spread[kept]
        return MixtureProposal(self.mixture.select(kept), self.prior, self.passes[kept], self.screening, spread)


def mixture_at(
    modes: Normals, kept: Bool[Tensor, "m n"], widths: Mapping[float, float], prior: Prior, prior_share: float
) -> Mixture:
    """Return the mixture at the kept modes, with several normals of different widths at each.

    A normal of width s has precision L + (P - L) / s^2, where P is the mode's precision and L the prior's: the part
    that the image adds is divided by s^2. In a direction that the decoder ignores, P = L, and each normal is
    exactly as wide as the prior. Student's t distribution has heavier tails than the posterior in these directions
    too, and loses draws in each of them.

    Args:
        modes: normals whose fields are stacked, m per image.
        kept: which of them take part, at least one per image.
        widths: factors on the standard deviations, with their shares of a mode's draws.
        prior: the last component.
        prior_share: of all draws, which bounds the weights.
    """
    shares = torch.tensor(list(widths.values()), device=kept.device)
    weight = torch.softmax((FLATTENING * modes.log_mass).masked_fill(~kept, -torch.inf), dim=0) * (1 - prior_share)
    share = torch.cat([weight * (one / shares.sum()) for one in shares] + [torch.full_like(weight[:1], prior_share)])
    of_prior = prior.expand(modes.mean)[2]
    precision = [modes.precision / width**2 + (1 - 1 / width**2) * of_prior for width in widths]
    return Mixture(share, modes.mean.repeat(len(widths), 1, 1), torch.linalg.cholesky(torch.cat(precision)))


def mixture_draws(
    mixture: Mixture,
    prior: Prior,
    of_prior: Float[Tensor, "k n latent"],
    noise: Float[Tensor, "k n latent"],
) -> Draws:
    """Draw from each component as often as its share says, with the density of all components together.

    The numbers of draws are fixed and not drawn (deterministic mixture), which takes their variance out
    of the estimate and leaves it unbiased. The density is that of the shares realised, as draws are whole numbers.

    Args:
        mixture: of n images.
        prior: the last component.
        of_prior: k draws from it per image; only the prior's share of them is used.
        noise: standard normal.

    References:
        Owen and Zhou (2000), Safe and effective importance sampling, section 3.
    """
    component = allot(mixture.share, len(noise))
    z = of_prior
    for index, (mean, root) in enumerate(zip(mixture.mean, mixture.root, strict=True)):
        z = torch.where((component == index).unsqueeze(-1), mean + solve_all(root.mT, noise), z)
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
    parts = [_normal(*place, z) for place in zip(mixture.mean, mixture.root, strict=True)]
    each = torch.stack([*parts, prior.log_prob(z).double()])
    return torch.logsumexp(each + mixture.share.double().log().unsqueeze(1), dim=0)


def _normal(
    mean: Float[Tensor, "n latent"], root: Float[Tensor, "n latent latent"], z: Float[Tensor, "k n latent"]
) -> Float[Tensor, "k n"]:
    constant = root.diagonal(dim1=-2, dim2=-1).double().log().sum(dim=-1) - z.shape[-1] / 2 * math.log(2 * math.pi)
    square = torch.einsum("nde,knd->kne", root, z - mean).double().square().sum(dim=-1)
    return constant - square / 2
