"""Multilayer perceptrons, and how their weights are initialised."""

from itertools import pairwise

import torch
from torch import nn


def mlp(*widths: int) -> nn.Sequential:
    """Return linear layers of these widths with rectifiers between them, none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def initialise(network: nn.Sequential, generator: torch.Generator) -> None:
    """Draw a network's weights anew: uniform between ±1/√inputs, as torch itself does, and biases zero.

    A sixth of the variance of He's draw for rectifiers: an encoder starts near the prior and a decoder
    near the mean image. With larger weights the divergence from the prior is so costly at first that
    training switches latent dimensions off, and does not switch them on again.
    """
    for layer in network:
        if isinstance(layer, nn.Linear):
            bound = layer.in_features**-0.5
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.zeros_(layer.bias)
