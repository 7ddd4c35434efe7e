"""What every study here builds its networks of."""

from itertools import pairwise

import torch
from torch import nn


def mlp(*widths: int) -> nn.Sequential:
    """Linear layers of these widths with rectifiers between them, none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def initialise(network: nn.Sequential, generator: torch.Generator) -> None:
    """Draw a network's weights anew: He's normal for rectifiers, a tenth of that in the last layer, biases zero.

    With a small last layer an encoder starts near the prior and a decoder near the mean image; with a
    large one the divergence from the prior is so costly at first that training shuts the latent
    dimensions off and never opens them again.
    """
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
        nn.init.zeros_(layer.bias)
    with torch.no_grad():
        layers[-1].weight.mul_(0.1)
