"""What the study asks of a model: three distributions, and labels that can be fixed."""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution


@runtime_checkable
class LatentVariableModel(Protocol):
    """A density p(x) = ∫ p(z) p(x | z) dz with a guess q(z | x) of its posterior.

    `likelihood(z)` has one independent distribution over images for each latent point, so that
    `likelihood(z).log_prob(x)` sums over pixels and broadcasts over draws.
    """

    @property
    def prior(self) -> Distribution:
        """p(z), event shape (latent,)."""

    def posterior(self, x: Float[Tensor, "n pixels"]) -> Distribution:
        """q(z | x), batch shape (n,), event shape (latent,)."""

    def likelihood(self, z: Float[Tensor, "*batch latent"]) -> Distribution:
        """p(x | z), batch shape that of z, event shape (pixels,)."""


@runtime_checkable
class LabelledModel(Protocol):
    """A family of latent variable models, one for each way to fix the labels."""

    def given(self, y: Int64[Tensor, " n"]) -> LatentVariableModel:
        """The model of these images, whose labels are known."""


def elbo(model: LatentVariableModel, x: Float[Tensor, "n pixels"], noise: Float[Tensor, "n latent"]) -> Tensor:
    """One-draw estimate of the evidence lower bound of each image, in nats.

    `E_q[log p(x | z)] - KL(q(z | x) || p(z))`, the first term at z = mean + deviation * noise, the
    second in closed form.

    Returns:
        Shape (n,). Unbiased for the bound, which is at most log p(x).

    References:
        Kingma and Welling (2014), Auto-Encoding Variational Bayes, section 2.3.
    """
    q = model.posterior(x)
    z = q.mean + q.stddev * noise
    return model.likelihood(z).log_prob(x) - torch.distributions.kl_divergence(q, model.prior)
