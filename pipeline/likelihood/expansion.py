"""Second-order expansion of the joint density of an image and a latent point."""

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.core.derivatives import hessian
from pipeline.likelihood.curvature import slope_and_curvature
from pipeline.likelihood.decoder import bernoulli_decoder
from pipeline.models.density import LatentVariableModel
from pipeline.models.distributions import BernoulliPixels
from pipeline.models.priors import prior_of


class Expansion(NamedTuple):
    """log p(x, z + step) = value + gradient . step - step . precision step / 2 + ..., in nats."""

    z: Float[Tensor, "m n latent"]
    value: Float[Tensor, "m n"]
    gradient: Float[Tensor, "m n latent"]
    precision: Float[Tensor, "m n latent latent"]


def expand(model: LatentVariableModel, x: Float[Tensor, "n pixels"], z: Float[Tensor, "m n latent"]) -> Expansion:
    """Expand log p(x, z) about m points per image.

    Where the likelihood curves upwards its curvature is left out, so that the precision is never less than the
    prior's, which is positive definite, and its inverse is the covariance of a normal. For Bernoulli pixels the
    curvature is that of Gauss and Newton, J' W J with W = p (1 - p), which needs first derivatives only.
    """
    decoder = bernoulli_decoder(model)
    if decoder is not None:
        value, slope, curvature = slope_and_curvature(decoder, x, z)
    elif isinstance(model.likelihood(z[:1]), BernoulliPixels):
        value, slope, curvature = gauss_newton(model, x, z)
    else:
        value, slope, curvature = second_derivatives(model, x, z)
    log_prior, prior_slope, prior_precision = prior_of(model).expand(z)
    return Expansion(z, value + log_prior, slope + prior_slope, curvature + prior_precision)


def gauss_newton(
    model: LatentVariableModel, x: Float[Tensor, "n pixels"], z: Float[Tensor, "m n latent"]
) -> tuple[Float[Tensor, "m n"], Float[Tensor, "m n latent"], Float[Tensor, "m n latent latent"]]:
    """Return value, gradient and curvature of log p(x | z) for Bernoulli pixels.

    With logits l(z) and their Jacobian J: J' (x - p) and J' diag(p (1 - p)) J. Where the decoder is
    piecewise linear, as with rectifiers, this is the exact curvature almost everywhere.
    """
    logits, jacobian = _with_jacobian(lambda points: cast(BernoulliPixels, model.likelihood(points)).logits, z)
    p = torch.sigmoid(logits)
    slope = torch.einsum("mnpd,mnp->mnd", jacobian, x - p)
    weighted = jacobian * (p * (1 - p)).unsqueeze(-1)
    return BernoulliPixels(logits).log_prob(x).float(), slope, weighted.mT @ jacobian


def second_derivatives(
    model: LatentVariableModel, x: Float[Tensor, "n pixels"], z: Float[Tensor, "m n latent"]
) -> tuple[Float[Tensor, "m n"], Float[Tensor, "m n latent"], Float[Tensor, "m n latent latent"]]:
    """Return value, gradient and curvature of log p(x | z) for any likelihood that can be differentiated twice."""
    value, slope, second = hessian(lambda point: model.likelihood(point).log_prob(x.clone()), z)
    curvature, axes = torch.linalg.eigh(-second)
    return value, slope, (axes * curvature.clamp(min=0).unsqueeze(-2)) @ axes.mT


def _with_jacobian(
    function: Callable[[Tensor], Tensor], z: Float[Tensor, "*batch latent"]
) -> tuple[Float[Tensor, "*batch pixels"], Float[Tensor, "*batch pixels latent"]]:
    """Return a function's value and Jacobian at every point, at the cost of one pass per latent coordinate.

    The pullback v -> J' v is linear in v, so that its own derivative along an axis is a column of J: a
    forward derivative that is composed of two backward ones.
    """
    axes = torch.eye(z.shape[-1], dtype=z.dtype, device=z.device)
    with torch.inference_mode(mode=False), torch.enable_grad():
        point = z.clone().requires_grad_()
        value = function(point)
        dual = torch.zeros_like(value, requires_grad=True)
        (pulled,) = torch.autograd.grad(value, point, dual, create_graph=True)
        directions = axes.reshape(len(axes), *[1] * (z.ndim - 1), len(axes)).expand(len(axes), *z.shape)
        (columns,) = torch.autograd.grad(pulled, dual, directions, is_grads_batched=True)
    return value.detach(), columns.movedim(0, -1)
