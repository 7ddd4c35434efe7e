"""Inverse temperatures of a path from the prior to the posterior."""

import torch
from jaxtyping import Float64
from torch import Tensor

BEND = 0.02
"""Inverse temperature near which an image's pixels begin to outweigh the prior."""


def rising(count: int, bend: float = BEND) -> Float64[Tensor, " temperatures"]:
    """Return inverse temperatures from 0 to 1, evenly spaced below `bend` and evenly in their logarithm above it.

    `b_t = bend ((1 + 1 / bend)^(t / count) - 1)`. The standard deviation of log p(x | z) is constant at first, and
    `sqrt(latent / 2) / b` where the posterior at b is nearly normal; the variance of the log weight is smallest
    where each step is short in proportion to the inverse of this deviation.

    Args:
        count: number of steps; there is one temperature more.
        bend: inverse temperature at which the spacing changes from even to logarithmic.

    References:
        Gelman and Meng (1998), Simulating normalizing constants, section 4.3, for the best path.
    """
    u = torch.linspace(0, 1, count + 1, dtype=torch.float64)
    return torch.expm1(u * torch.log1p(torch.tensor(1 / bend, dtype=torch.float64))) * bend
