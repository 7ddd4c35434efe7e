"""First and second derivatives of a function of latent points, whatever mode torch is in."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def gradient(
    function: Callable[[Tensor], Tensor], z: Float[Tensor, "*batch latent"]
) -> tuple[Float[Tensor, "*batch"], Float[Tensor, "*batch latent"]]:
    """Return the value of a function at every point and its gradient there.

    Args:
        function: maps points to one value per point, each of which depends on its own point alone.
        z: the points.
    """
    with torch.inference_mode(mode=False), torch.enable_grad():
        point = z.clone().requires_grad_()
        value = function(point)
        (slope,) = torch.autograd.grad(value.sum(), point)
    return value.detach(), slope


def hessian(
    function: Callable[[Tensor], Tensor], z: Float[Tensor, "*batch latent"]
) -> tuple[Float[Tensor, "*batch"], Float[Tensor, "*batch latent"], Float[Tensor, "*batch latent latent"]]:
    """Return the value, the gradient and the matrix of second derivatives at every point.

    Args:
        function: as of `gradient`, differentiable twice.
        z: the points.
    """
    with torch.inference_mode(mode=False), torch.enable_grad():
        point = z.clone().requires_grad_()
        value = function(point)
        (slope,) = torch.autograd.grad(value.sum(), point, create_graph=True)
        if not slope.requires_grad:  # the function is linear in z, as the log density of a Laplace distribution is
            return value.detach(), slope, slope.new_zeros(*z.shape, z.shape[-1])
        columns = [
            torch.autograd.grad(slope[..., axis].sum(), point, retain_graph=True, materialize_grads=True)[0]
            for axis in range(z.shape[-1])
        ]
    return value.detach(), slope.detach(), torch.stack(columns, dim=-1)
