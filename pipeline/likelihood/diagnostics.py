"""Pareto shape of the importance weights' upper tail, which tells whether their variance is finite."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.core.errors import NumericalError

LEAST_DRAWS = 5
"""Fewest draws whose largest fifth is not empty."""


def pareto_k(log_w: Float[Tensor, "k n"]) -> Float[Tensor, " n"]:
    """Fit the shape of a generalised Pareto distribution to the largest weights of each image.

    The tail holds the largest min(K / 5, 3 sqrt K) weights.

    Returns:
        Shape (n,). Weights without spread have shape -infinity in theory and -1 here.

    Raises:
        NumericalError: there are fewer than five draws, and so no tail.

    References:
        Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, section 2.4.
    """
    draws = log_w.shape[0]
    if draws < LEAST_DRAWS:
        raise NumericalError(
            f"the Pareto shape of {draws} importance weights is not defined; draw at least {LEAST_DRAWS} per image"
        )
    size = int(min(0.2 * draws, 3 * math.sqrt(draws)))
    largest = torch.sort(log_w - log_w.amax(dim=0), dim=0).values[-size - 1 :].exp()
    excess = largest[1:] - largest[0]
    flat = excess[-1] <= torch.finfo(excess.dtype).tiny
    shape = _shape(
        torch.where(flat, torch.arange(1.0, size + 1, dtype=excess.dtype, device=excess.device)[:, None], excess)
    )
    return torch.where(flat, -torch.ones_like(shape), shape)


def _shape(excess: Float[Tensor, "m n"]) -> Float[Tensor, " n"]:
    """Fit by an average over a grid of likely scales, then shrink towards 1/2.

    References:
        Zhang and Stephens (2009), A new and efficient estimation method for the generalized Pareto
        distribution, section 2; the shrinkage is that of Vehtari et al., appendix C.
    """
    size = excess.shape[0]
    grid = 30 + int(math.sqrt(size))
    quartile = excess[int(size / 4 + 0.5) - 1].clamp(min=torch.finfo(excess.dtype).tiny)
    step = 1 - torch.sqrt(grid / (torch.arange(1.0, grid + 1, dtype=excess.dtype, device=excess.device) - 0.5))
    inverse_scale = step[:, None] / (3 * quartile) + 1 / excess[-1]
    shape = torch.log1p(-inverse_scale[:, None] * excess).mean(dim=1)
    profile = size * (torch.log(-inverse_scale / shape) - shape - 1)
    weight = torch.softmax(profile, dim=0)
    fitted = torch.log1p(-(inverse_scale * weight).sum(dim=0) * excess).mean(dim=0)
    return (size * fitted + 10 * 0.5) / (size + 10)
