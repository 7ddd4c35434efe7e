"""Weights and biases of a Bernoulli MLP decoder, for fast paths that bypass `forward`."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from pipeline.models.conditional import Given
from pipeline.models.density import LatentVariableModel
from pipeline.models.plain import VAE


class Decoder(NamedTuple):
    """Logits of Bernoulli pixels: affine layers with rectifiers between them, none after the last.

    The label of a conditional model is part of the first layer's bias, which has one row per image; otherwise one
    row for all.
    """

    weights: tuple[Float[Tensor, "outputs inputs"], ...]
    first_bias: Float[Tensor, "images hidden"]
    biases: tuple[Float[Tensor, " outputs"], ...]
    """Of the layers after the first."""

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the width of every layer's output."""
        return tuple(len(weight) for weight in self.weights)


def bernoulli_decoder(model: LatentVariableModel) -> Decoder | None:
    """Return the layers from a latent point to the logits of p(x | z), for a model that is known to have such layers.

    Returns:
        None for any model but the study's own, for one that changes their likelihood, and for layers
        that are not two or more affine ones in single precision with rectifiers between them.
    """
    if isinstance(model, VAE) and type(model).likelihood is VAE.likelihood:
        layers = _affine_layers(model.decoder)
        return None if layers is None else _decoder(layers, layers[0].weight, layers[0].bias.unsqueeze(0))
    if isinstance(model, Given) and type(model).likelihood is Given.likelihood:
        layers = _affine_layers(model.model.decoder)
        return None if layers is None else _labelled(layers, model.label)
    return None


def _labelled(layers: list[nn.Linear], label: Float[Tensor, "images classes"]) -> Decoder:
    latent = layers[0].in_features - label.shape[1]
    of_latent, of_label = layers[0].weight.split([latent, label.shape[1]], dim=1)
    return _decoder(layers, of_latent, torch.addmm(layers[0].bias, label, of_label.T))


def _decoder(layers: list[nn.Linear], first: Tensor, first_bias: Tensor) -> Decoder:
    weights = (first, *(layer.weight for layer in layers[1:]))
    return Decoder(
        tuple(weight.detach() for weight in weights),
        first_bias.detach(),
        tuple(layer.bias.detach() for layer in layers[1:]),
    )


def _affine_layers(network: nn.Sequential) -> list[nn.Linear] | None:
    """Return the affine layers of a network, or None if it has anything else than rectifiers between them."""
    affine, between = list(network)[::2], list(network)[1::2]
    layers = [layer for layer in affine if type(layer) is nn.Linear and layer.weight.dtype == torch.float32]
    whole = (
        type(network) is nn.Sequential
        and len(layers) == len(affine) == len(between) + 1
        and all(type(one) is nn.ReLU for one in between)
    )
    return layers if whole and len(layers) > 1 and all(layer.bias is not None for layer in layers) else None
