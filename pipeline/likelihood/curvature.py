"""Slope and curvature of a Bernoulli likelihood in the latent point, by products of the decoder's layers."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import linear

from pipeline.likelihood.decoder import Decoder
from pipeline.vae.distributions import BernoulliPixels

ROWS = {"cpu": 512}
"""Rows of the Jacobians at once, by device: on a processor as many as its cache holds."""
ROWS_ELSEWHERE = 1 << 16


@torch.no_grad()
def slope_and_curvature(
    decoder: Decoder,
    x: Float[Tensor, "n pixels"],
    z: Float[Tensor, "m n latent"],
    precision: torch.dtype = torch.float32,
) -> tuple[Float[Tensor, "m n"], Float[Tensor, "m n latent"], Float[Tensor, "m n latent latent"]]:
    """Value, gradient and curvature J' diag(p (1 - p)) J of log p(x | z).

    With rectifiers D that are open or shut, the Jacobian of the logits is J = W3 D2 W2 D1 W1; the
    products are taken from the right, where they are as narrow as the latent space.

    Args:
        decoder: of the model.
        x: binary images.
        z: m points an image.
        precision: of the Jacobian's products; value and gradient are in single precision whatever it is.
    """
    logits, opened = _forward(decoder, z)
    p = torch.sigmoid(logits)
    slope = x - p
    for weight, gate in zip(decoder.weights[:0:-1], opened[::-1], strict=True):
        slope = (slope @ weight).mul_(gate)
    weight = (p * torch.sigmoid(-logits)).sqrt_()
    curvature = _curvature(decoder, [gate.flatten(0, 1) for gate in opened], weight.flatten(0, 1), precision)
    value = BernoulliPixels(logits).log_prob(x).float()
    return value, slope @ decoder.weights[0], curvature.view(*z.shape, z.shape[-1])


def _forward(
    decoder: Decoder, z: Float[Tensor, "m n latent"]
) -> tuple[Float[Tensor, "m n pixels"], list[Bool[Tensor, "m n hidden"]]]:
    """The logits, and which rectifiers of every hidden layer are open."""
    here, opened = (z @ decoder.weights[0].T).add_(decoder.first_bias), []
    for weight, bias in zip(decoder.weights[1:], decoder.biases, strict=True):
        opened.append(here > 0)
        here = linear(here.relu_(), weight, bias)
    return here, opened


def _curvature(
    decoder: Decoder, opened: list[Bool[Tensor, "b hidden"]], weight: Float[Tensor, "b pixels"], precision: torch.dtype
) -> Float[Tensor, "b latent latent"]:
    """J' diag(weight^2) J, a block of points at a time, in memory that is there."""
    latent, device = decoder.weights[0].shape[1], weight.device
    points = max(1, ROWS.get(device.type, ROWS_ELSEWHERE) // latent)
    spaces = [torch.empty(min(points, len(weight)) * latent, w, dtype=precision, device=device) for w in decoder.widths]
    gates = [*(gate.to(precision) for gate in opened), weight.to(precision)]
    layers = [layer.T.to(precision) for layer in decoder.weights]
    found = torch.empty(len(weight), latent, latent, device=device)
    for first in range(0, len(weight), points):
        block = slice(first, min(first + points, len(weight)))
        columns = [space.view(-1, latent, space.shape[1])[: block.stop - first] for space in spaces]
        torch.mul(layers[0], gates[0][block].unsqueeze(1), out=columns[0])
        for layer, gate, before, after in zip(layers[1:], gates[1:], columns[:-1], columns[1:], strict=True):
            torch.mm(before.flatten(0, 1), layer, out=after.flatten(0, 1))
            after.mul_(gate[block].unsqueeze(1))
        found[block] = columns[-1] @ columns[-1].mT
    return found
