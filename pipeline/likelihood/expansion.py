"""The joint density of an image and a latent point, to second order about that point."""

from collections.abc import Callable
from typing import NamedTuple, cast

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.likelihood.curvature import slope_and_curvature
from pipeline.likelihood.decoder import bernoulli_decoder
from pipeline.models.density import LatentVariableModel
from pipeline.models.distributions import BernoulliPixels


class Expansion(NamedTuple):
    """log p(x, z + step) = value + gradient . step - step . precision step / 2 + ..., in nats."""

    z: Float[Tensor, "m n latent"]
    value: Float[Tensor, "m n"]
    gradient: Float[Tensor, "m n latent"]
    precision: Float[Tensor, "m n latent latent"]


def expand(model: LatentVariableModel, x: Float[Tensor, "n pixels"], z: Float[Tensor, "m n latent"]) -> Expansion:
    """Expand log p(x, z) about m points an image.

    Where the likelihood curves upwards its curvature is left out, so that the precision is never less
    than the prior's, and its inverse is the covariance of a normal. Bernoulli pixels take the
    Gauss-Newton way, J' W J with W = p (1 - p), which needs first derivatives only.
    """
    decoder = bernoulli_decoder(model)
    if decoder is not None:
        value, slope, curvature = slope_and_curvature(decoder, x, z)
    elif isinstance(model.likelihood(z[:1]), BernoulliPixels):
        value, slope, curvature = gauss_newton(model, x, z)
    else:
        value, slope, curvature = second_derivatives(model, x, z)
    value = value + model.prior.log_prob(z)
    variance = model.prior.variance
    gradient = slope - (z - model.prior.mean) / variance
    return Expansion(z, value, gradient, curvature + torch.diag(1 / variance))


def gauss_newton(
    model: LatentVariableModel, x: Float[Tensor, "n pixels"], z: Float[Tensor, "m n latent"]
) -> tuple[Float[Tensor, "m n"], Float[Tensor, "m n latent"], Float[Tensor, "m n latent latent"]]:
    """Value, gradient and curvature of log p(x | z) for Bernoulli pixels.

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
    """Value, gradient and curvature of log p(x | z) for any likelihood that can be differentiated twice."""
    with torch.inference_mode(mode=False), torch.enable_grad():
        point = z.clone().requires_grad_()
        value = model.likelihood(point).log_prob(x.clone())
        (slope,) = torch.autograd.grad(value.sum(), point, create_graph=True)
        rows = [torch.autograd.grad(slope[..., i].sum(), point, retain_graph=True)[0] for i in range(z.shape[-1])]
    upwards, axes = torch.linalg.eigh(-torch.stack(rows, dim=-1))
    return value.detach(), slope.detach(), (axes * upwards.clamp(min=0).unsqueeze(-2)) @ axes.mT


def _with_jacobian(
    function: Callable[[Tensor], Tensor], z: Float[Tensor, "*batch latent"]
) -> tuple[Float[Tensor, "*batch pixels"], Float[Tensor, "*batch pixels latent"]]:
    """A function's value and Jacobian at every point, at the cost of one pass a latent coordinate.

    The pullback v -> J' v is linear in v, so that its own derivative along an axis is a column of J: a
    forward derivative, made of two backward ones.
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
