"""Two models of y given x: the same network for the mean, and a constant or a varying standard deviation.

The networks of all seeds are evaluated at once, from rows of weights, in batched matrix products; `pipeline.models`
builds one network at a time, so that its builder does not fit.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import leaky_relu, softplus

Weights = Float[Tensor, "seeds weights"]
Values = Float[Tensor, "seeds points"]
Predict = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
"""Function from weights and inputs to f and σ; in each, one row per seed."""


def size(widths: Sequence[int]) -> int:
    """Return the number of weights, biases included, of a network whose layers have these widths."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(widths))


def network(weights: Weights, x: Values, widths: Sequence[int]) -> Values:
    """Evaluate one multilayer perceptron per row, each with its own weights and inputs.

    Args:
        weights: of each layer in turn, the matrix and then the biases.
        x: inputs.
        widths: of all layers, the input first; leaky rectifiers stand between them.
    """
    h = x[:, None]
    place = 0
    last = len(widths) - 1
    for layer, (inputs, outputs) in enumerate(pairwise(widths), start=1):
        matrix = weights[:, place : place + inputs * outputs].view(-1, outputs, inputs)
        place += inputs * outputs
        h = torch.baddbmm(weights[:, place : place + outputs, None], matrix, h)
        place += outputs
        h = h if layer == last else leaky_relu(h)
    return h[:, 0]


def constant(weights: Weights, x: Values, widths: Sequence[int]) -> tuple[Values, Values]:
    """Return f and σ of Y ~ N(f(x), σ²), where f is a network and σ is one number."""
    f = network(weights[:, :-1], x, widths)
    return f, softplus(weights[:, -1:]).expand_as(f)


def varying(weights: Weights, x: Values, widths: Sequence[int], floor: float) -> tuple[Values, Values]:
    """Return f and σ of Y ~ N(f(x), σ(x)²), where f and σ are networks of the same widths; σ is above `floor`."""
    both = weights.view(-1, size(widths))
    f, raw = network(both, x.repeat_interleave(2, 0), widths).view(len(weights), 2, -1).unbind(1)
    return f, floor + softplus(raw)


def log_density(
    y: Float[Tensor, "*shape"], f: Float[Tensor, "*shape"], sigma: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Return the log density of N(f, σ²) at y, in nats."""
    return -0.5 * math.log(2 * math.pi) - torch.log(sigma) - (y - f) ** 2 / (2 * sigma**2)


def objective(
    y: Float[Tensor, "*seeds points"],
    f: Float[Tensor, "*seeds points"],
    sigma: Float[Tensor, "*seeds points"],
    beta: float,
) -> Float[Tensor, "*seeds"]:
    """Return the objective that training maximises: the sum over points of σ^2β log N(y; f, σ²).

    No gradient flows through the weights σ^2β. With β = 0 the objective is the log likelihood, otherwise minus the
    β-NLL.

    References:
        Seitzer, Tavakoli, Antic and Martius (2022), On the pitfalls of heteroscedastic uncertainty estimation with
        probabilistic neural networks, section 4.
    """
    return (sigma.detach() ** (2 * beta) * log_density(y, f, sigma)).sum(-1)
