"""A mixture of normals at the modes of an image's posterior, with a share of the prior, to draw from."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.distributions import Distribution

from pipeline.likelihood.expansion import Expansion
from pipeline.likelihood.proposals import Draws


class Mixture(NamedTuple):
    """The share of draws of each component: m normals, each N(mean, (root root')^-1), and last the prior."""

    share: Float[Tensor, "m_and_prior n"]
    mean: Float[Tensor, "m n latent"]
    root: Float[Tensor, "m n latent latent"]


def laplace_mixture(
    modes: Expansion, kept: Bool[Tensor, "m n"], inflation: float, prior_share: float, flattening: float
) -> Mixture:
    """The mixture of Laplace's approximations at the kept modes.

    A mode's share is in proportion to a power of its mass p(x, z) |precision|^(-1/2), so that one whose
    mass is misjudged is not starved.

    Args:
        modes: expansions of log p(x, z).
        kept: which of them take part, one an image at least.
        inflation: factor on every standard deviation.
        prior_share: of the draws, which bounds the weights.
        flattening: the power; 1 is in proportion, 0 gives all modes the same.
    """
    root = torch.linalg.cholesky(modes.precision)
    log_mass = modes.value - _log_diagonal(root)
    weight = torch.softmax((flattening * log_mass).masked_fill(~kept, -torch.inf), dim=0)
    share = torch.cat([weight * (1 - prior_share), torch.full_like(weight[:1], prior_share)])
    return Mixture(share, modes.z, root / inflation)


def mixture_draws(mixture: Mixture, prior: Distribution, noise: Float[Tensor, "k n latent"]) -> Draws:
    """Draws from each component as often as its share says, with the density of all components together.

    The numbers of draws are fixed and not drawn (deterministic mixture), which takes their variance out
    of the estimate and leaves it unbiased.

    Args:
        mixture: of n images.
        prior: a normal.
        noise: standard normal.

    References:
        Owen and Zhou (2000), Safe and effective importance sampling, section 3.
    """
    component = allot(mixture.share, len(noise))
    z = prior.mean + prior.stddev * noise
    for index, (mean, root) in enumerate(zip(mixture.mean, mixture.root, strict=True)):
        offset = torch.linalg.solve_triangular(root.mT, noise.permute(1, 2, 0), upper=True).permute(2, 0, 1)
        z = torch.where((component == index).unsqueeze(-1), mean + offset, z)
    realised = torch.stack([(component == index).float().mean(dim=0) for index in range(len(mixture.share))])
    far = round(float(realised[-1].max()) * len(noise))
    return Draws(z, log_density(mixture._replace(share=realised), prior, z), far)


def allot(share: Float[Tensor, "m n"], draws: int) -> Int64[Tensor, "k n"]:
    """Which component each draw comes from: as many as `share` says to within one, in the components' order."""
    place = (torch.arange(draws, dtype=torch.float64, device=share.device) + 0.5) / draws
    ends = share.double().cumsum(dim=0)[:-1]
    return (place[:, None, None] > ends).sum(dim=1)


def log_density(mixture: Mixture, prior: Distribution, z: Float[Tensor, "k n latent"]) -> Float[Tensor, "k n"]:
    """Log density of the whole mixture, in nats."""
    constant = 0.5 * z.shape[-1] * math.log(2 * math.pi)
    parts = [
        -0.5 * torch.einsum("nde,knd->kne", root, z - mean).square().sum(dim=-1) + _log_diagonal(root) - constant
        for mean, root in zip(mixture.mean, mixture.root, strict=True)
    ]
    return torch.logsumexp(torch.stack([*parts, prior.log_prob(z)]) + mixture.share.log().unsqueeze(1), dim=0)


def _log_diagonal(root: Float[Tensor, "*batch latent latent"]) -> Float[Tensor, "*batch"]:
    return root.diagonal(dim1=-2, dim2=-1).log().sum(dim=-1)
