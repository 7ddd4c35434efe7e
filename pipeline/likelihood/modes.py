"""Modes of an image's posterior p(z | x): the latent points that explain the image best.

Which starts climb, and for how long, `search` decides.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from pipeline.likelihood.expansion import Expansion, expand
from pipeline.models.density import LatentVariableModel

FIRST_DAMPING, GREATEST_DAMPING = 1e-2, 1e12
"""Relative to the curvature."""


def climb(
    model: LatentVariableModel, x: Float[Tensor, "n pixels"], start: Float[Tensor, "m n latent"], steps: int
) -> Expansion:
    """Climb in log p(x, z) from every start by damped Newton steps.

    A step that does not gain is rejected, and the damping is raised, so that the next step is shorter and steeper; a
    step that gains lowers the damping.

    Returns:
        The expansion of log p(x, z) about the last point of each start.

    References:
        Nocedal and Wright (2006), Numerical Optimization, section 10.3 (Levenberg and Marquardt).
    """
    here = expand(model, x, start)
    damping = torch.full_like(here.value, FIRST_DAMPING)
    for _ in range(steps):
        there = expand(model, x, here.z + damped_step(here, damping))
        gain = there.value > here.value
        here = _choose(gain, there, here)
        damping = torch.where(gain, damping / 8, (damping * 8).clamp(max=GREATEST_DAMPING))
    return here


def distinct(modes: Expansion, apart: float = 1.0) -> Bool[Tensor, "m n"]:
    """Mark the modes of each image that do not duplicate a better one.

    Two modes are the same if either lies within `apart` standard deviations of the other, by its own curvature.
    """
    offset = modes.z.unsqueeze(0) - modes.z.unsqueeze(1)
    distance = torch.einsum("abnd,bnde,abne->abn", offset, modes.precision, offset)
    near = torch.minimum(distance, distance.transpose(0, 1)) < apart**2
    place = torch.arange(len(modes.z), device=modes.z.device)
    earlier = (place[:, None] < place[None, :]).unsqueeze(-1)
    better = (modes.value.unsqueeze(0) < modes.value.unsqueeze(1)) | (
        (modes.value.unsqueeze(0) == modes.value.unsqueeze(1)) & earlier
    )
    return ~(near & better).any(dim=0)


def laplace(modes: Expansion) -> Float[Tensor, "m n"]:
    """Return the log mass of p(x, z) about each mode by Laplace's approximation, in nats and up to a constant."""
    root = torch.linalg.cholesky(modes.precision)
    mass: Tensor = modes.value - root.diagonal(dim1=-2, dim2=-1).log().sum(dim=-1)
    return mass


def damped_step(here: Expansion, damping: Float[Tensor, "m n"]) -> Float[Tensor, "m n latent"]:
    """Return Newton's step from every point, damped by a multiple of the curvature's diagonal (Levenberg-Marquardt)."""
    scale = here.precision.diagonal(dim1=-2, dim2=-1) * damping.unsqueeze(-1)
    factor = torch.linalg.cholesky(here.precision + torch.diag_embed(scale))
    return torch.cholesky_solve(here.gradient.unsqueeze(-1), factor).squeeze(-1)


def _choose(first: Bool[Tensor, "m n"], a: Expansion, b: Expansion) -> Expansion:
    return Expansion(
        *(torch.where(first.reshape(*first.shape, *[1] * (u.ndim - 2)), u, v) for u, v in zip(a, b, strict=True))
    )
