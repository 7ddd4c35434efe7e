"""Adam on the weights of many seeds at once; elementwise, so that each seed is trained as if it were alone.

It is written out, in place of torch.optim.Adam, because dips amplify rounding: torch orders the same float32 operations
differently, and within a hundred steps the log likelihoods of some seeds differ by several times their size. In the
first thousand steps of `varying`, 20 seeds have 604 dips with this class and 684 with torch's. Either is as good; the
reported numbers are those of this one.
"""

import torch
from jaxtyping import Float
from torch import Tensor

DECAY_OF_MEAN = 0.9
DECAY_OF_SQUARE = 0.999
EPSILON = 1e-8
"""Kingma and Ba's default decay rates of the two moments, and the constant that keeps the quotient finite."""


class Adam:
    """State of Adam for rows of weights, one row per seed.

    Args:
        weights: one row per seed; changed in place.
        rate: learning rate of each column.

    References:
        Kingma and Ba (2015), Adam: a method for stochastic optimization, algorithm 1.
    """

    def __init__(self, weights: Float[Tensor, "seeds weights"], rate: Float[Tensor, " weights"]) -> None:
        self.weights = weights
        self.rate = rate
        self.steps = 0
        self.mean = torch.zeros_like(weights)
        self.square = torch.zeros_like(weights)

    @torch.no_grad()
    def step(self, gradient: Float[Tensor, "seeds weights"]) -> None:
        """Move the weights one step against the gradient."""
        self.steps += 1
        self.mean.lerp_(gradient, 1 - DECAY_OF_MEAN)
        self.square.mul_(DECAY_OF_SQUARE).addcmul_(gradient, gradient, value=1 - DECAY_OF_SQUARE)
        scale = (self.square / (1 - DECAY_OF_SQUARE**self.steps)).sqrt_().add_(EPSILON)
        self.weights.sub_(self.rate * self.mean / scale, alpha=1 / (1 - DECAY_OF_MEAN**self.steps))


def clip(gradient: Float[Tensor, "seeds weights"], norm: float) -> Float[Tensor, "seeds weights"]:
    """Scale each row whose norm is larger than `norm` down to it."""
    length = gradient.norm(dim=1, keepdim=True)
    clipped: Tensor = gradient * (norm / length.clamp_min(norm))
    return clipped
