"""The two Protocols that a model must implement, and the evidence lower bound by which models are trained."""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Distribution


@runtime_checkable
class LatentVariableModel(Protocol):
    """A density p(x) = ∫ p(z) p(x | z) dz with an approximation q(z | x) of its posterior.

    `pipeline.models.checks.check` refuses a model that does not fulfil what follows. Tensors are in single
    precision and on one device.
    """

    @property
    def prior(self) -> Distribution:
        """p(z), batch shape (), event shape (latent,), on all real numbers.

        Any distribution with `sample` and a `log_prob` that can be differentiated twice. Where it is
        `Independent(Normal(…), 1)`, closed forms are used.
        """

    def posterior(self, x: Float[Tensor, "n pixels"]) -> Distribution:
        """q(z | x), batch shape (n,), event shape (latent,): `Independent(Normal(…), 1)`.

        One search for modes starts at its mean, and `elbo` is its bound. A poor approximation does not bias the log
        likelihood.
        """

    def likelihood(self, z: Float[Tensor, "*batch latent"]) -> Distribution:
        """p(x | z), batch shape that of z, event shape (pixels,).

        `log_prob(x)` broadcasts over latent points, evaluates each independently of the others, and can be
        differentiated twice in z. `support` says which values x may have; where a distribution has none, all real
        numbers are taken.
        """


@runtime_checkable
class LabelledModel(Protocol):
    """A family of latent variable models, one for each choice of the images' labels."""

    def given(self, y: Int64[Tensor, " n"]) -> LatentVariableModel:
        """Return the model of n images with these labels; row i of x belongs to label i."""


def elbo(model: LatentVariableModel, x: Float[Tensor, "n pixels"], noise: Float[Tensor, "n latent"]) -> Tensor:
    """Estimate the evidence lower bound of each image from one draw, in nats.

    `E_q[log p(x | z)] - KL(q(z | x) || p(z))`, the first term at z = mean + deviation * noise, the second in closed
    form where torch has one, and otherwise log q(z | x) - log p(z) at the same z.

    Returns:
        Shape (n,). Unbiased for the bound, which is at most log p(x).

    References:
        Kingma and Welling (2014), Auto-Encoding Variational Bayes, section 2.3.
    """
    q = model.posterior(x)
    z = q.mean + q.stddev * noise
    return model.likelihood(z).log_prob(x) - _divergence(q, model.prior, z)


def _divergence(q: Distribution, prior: Distribution, z: Float[Tensor, "n latent"]) -> Float[Tensor, " n"]:
    try:
        return torch.distributions.kl_divergence(q, prior)
    except NotImplementedError:  # torch knows no formula for these two, so that one draw has to do
        return q.log_prob(z) - prior.log_prob(z)
