"""Modes of the posterior with the covariance of a normal there, climbed to from draws that need no encoder."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

LogJoint = Callable[[Tensor], Tensor]
"""From latent points (chains, n, latent) to log p(x, z), shape (chains, n), in nats."""

CLIMBS = 20
FLATTEST = 0.1
"""The smallest curvature of a mode, where a prior of unit variance alone gives 1."""
SAME = 1.0
"""Squared distance, in the mode's own standard deviations, within which two modes are one."""
NEGLIGIBLE = 14.0
"""Nats below the heaviest mode at which a mode no longer counts."""


class Climbed(NamedTuple):
    """Where each start led, log p(x, z) there, and the negative Hessian, its eigenvalues floored."""

    z: Float64[Tensor, "chains n latent"]
    height: Float64[Tensor, "chains n"]
    precision: Float64[Tensor, "chains n latent latent"]


class Components(NamedTuple):
    """Normal components of one image's posterior: modes, and lower factors of their covariances."""

    means: Float64[Tensor, "components latent"]
    factors: Float64[Tensor, "components latent latent"]


def climb(log_joint: LogJoint, z: Float[Tensor, "chains n latent"]) -> Climbed:
    """Newton's ascent of log p(x, z) from each start, its steps shortened where they lead down.

    Args:
        log_joint: of all images.
        z: the starts of each image.
    """
    best, gradient = _look(log_joint, z)
    scale = torch.ones_like(best.height)
    for _ in range(CLIMBS):
        ascent = torch.linalg.solve(best.precision, gradient[..., None])[..., 0]
        tried, slope = _look(log_joint, (best.z + scale[..., None] * ascent).to(z.dtype))
        up = tried.height > best.height
        best = Climbed(*(torch.where(_like(up, new), new, old) for new, old in zip(tried, best, strict=True)))
        gradient = torch.where(up[..., None], slope, gradient)
        scale = torch.where(up, (2 * scale).clamp(max=1), scale / 4)
    return best


def components(climbed: Climbed, image: int) -> Components:
    """The distinct modes that one image's starts led to, the heaviest first.

    Returns:
        At least one; a mode's weight is that of Laplace's approximation.
    """
    z, height, precision = (part[:, image] for part in climbed)
    weight = height - torch.linalg.slogdet(precision).logabsdet / 2
    kept: list[int] = []
    for row in torch.argsort(weight, descending=True).tolist():
        apart = all(_distance(z[row], z[other], precision[other]) > SAME for other in kept)
        if apart and weight[row] > weight.max() - NEGLIGIBLE:
            kept.append(row)
    return Components(z[kept], torch.linalg.cholesky(torch.linalg.inv(precision[kept])))


def _look(
    log_joint: LogJoint, z: Float[Tensor, "chains n latent"]
) -> tuple[Climbed, Float64[Tensor, "chains n latent"]]:
    """What there is at `z`, with the gradient."""
    with torch.enable_grad():
        free = z.detach().requires_grad_()
        height = log_joint(free)
        gradient = torch.autograd.grad(height.sum(), free, create_graph=True)[0]
        rows = [torch.autograd.grad(one.sum(), free, retain_graph=True)[0] for one in gradient.unbind(dim=-1)]
    hessian = torch.stack(rows, dim=-2).double().nan_to_num(0, 0, 0)
    curvature, axes = torch.linalg.eigh(-(hessian + hessian.mT) / 2)
    precision = axes * curvature.clamp(min=FLATTEST)[..., None, :] @ axes.mT
    return Climbed(free.detach().double(), height.detach().double(), precision), gradient.detach().double()


def _distance(a: Float64[Tensor, " latent"], b: Float64[Tensor, " latent"], precision: Tensor) -> float:
    return float((a - b) @ precision @ (a - b))


def _like(chosen: Tensor, other: Tensor) -> Tensor:
    return chosen.reshape(*chosen.shape, *(1,) * (other.ndim - chosen.ndim))
