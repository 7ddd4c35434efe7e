"""Adam for many seeds at once: elementwise, so that each seed is trained as if it were alone."""

import torch
from torch import Tensor

FIRST, SECOND, TINY = 0.9, 0.999, 1e-8
"""Adam's decay rates and the number that keeps its quotient finite, as its authors give them."""


class Adam:
    """Steps on rows of weights, one row a seed.

    Args:
        weights: changed in place.
        rate: learning rate of every weight of a row.
    """

    def __init__(self, weights: Tensor, rate: Tensor) -> None:
        self.weights, self.rate, self.steps = weights, rate, 0
        self.mean, self.square = torch.zeros_like(weights), torch.zeros_like(weights)

    @torch.no_grad()
    def step(self, gradient: Tensor) -> None:
        """Move the weights against the gradient."""
        self.steps += 1
        self.mean.lerp_(gradient, 1 - FIRST)
        self.square.mul_(SECOND).addcmul_(gradient, gradient, value=1 - SECOND)
        scale = (self.square / (1 - SECOND**self.steps)).sqrt_().add_(TINY)
        self.weights.sub_(self.rate * self.mean / scale, alpha=1 / (1 - FIRST**self.steps))


def clip(gradient: Tensor, norm: float) -> Tensor:
    """Each row shortened to `norm` where it is longer."""
    length = gradient.norm(dim=1, keepdim=True)
    shortened: Tensor = gradient * (norm / length.clamp_min(norm))
    return shortened
