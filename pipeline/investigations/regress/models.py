"""Two models of y given x that share their mean's network and differ in what their noise may depend on."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import leaky_relu, softplus

Predict = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""From the weights of all seeds, one row each, and their inputs to f and σ, one row a seed and one column a point."""


def size(widths: Sequence[int]) -> int:
    """How many weights a network of these widths has."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths))


def network(weights: Tensor, x: Tensor, widths: Sequence[int]) -> Tensor:
    """The values at x of as many networks as there are rows, each with weights and inputs of its own."""
    h, place, last = x[:, None], 0, len(widths) - 1
    for layer, (inputs, outputs) in enumerate(pairwise(widths), start=1):
        matrix = weights[:, place : place + inputs * outputs].view(-1, outputs, inputs)
        place += inputs * outputs
        h = torch.baddbmm(weights[:, place : place + outputs, None], matrix, h)
        place += outputs
        h = h if layer == last else leaky_relu(h)
    return h[:, 0]


def constant(weights: Tensor, x: Tensor, widths: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Y ~ N(f(x), σ²): f a network, σ one number."""
    f = network(weights[:, :-1], x, widths)
    return f, softplus(weights[:, -1:]).expand_as(f)


def varying(weights: Tensor, x: Tensor, widths: Sequence[int], floor: float) -> tuple[Tensor, Tensor]:
    """Y ~ N(f(x), σ(x)²): f a network, and σ another of the same widths through softplus, above a floor."""
    both = weights.view(-1, size(widths))
    f, raw = network(both, x.repeat_interleave(2, 0), widths).view(len(weights), 2, -1).unbind(1)
    return f, floor + softplus(raw)


def log_density(y: Tensor, f: Tensor, sigma: Tensor) -> Tensor:
    """The log density of N(f, σ²) at every y, in nats."""
    return -0.5 * math.log(2 * math.pi) - torch.log(sigma) - (y - f) ** 2 / (2 * sigma**2)


def objective(y: Tensor, f: Tensor, sigma: Tensor, beta: float) -> Tensor:
    """What training raises: the sum over points of σ^2β log N(y; f, σ²), the factor taken as it is, with no gradient.

    β = 0 is the log likelihood, β > 0 the β-NLL of Seitzer and others.
    """
    return (sigma.detach() ** (2 * beta) * log_density(y, f, sigma)).sum(-1)
