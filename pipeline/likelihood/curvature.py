"""Gradient and curvature of a Bernoulli log likelihood in the latent point, by products of the decoder's layers."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import linear

from pipeline.likelihood.decoder import Decoder
from pipeline.models.distributions import BernoulliPixels

NEGLIGIBLE = 1e-4
"""Variance p (1 - p) of a pixel below which it does not count in the curvature."""
ENOUGH_ROWS = 48
"""Fewest rows of an image's Jacobians for which skipping inactive units pays on a CPU."""
POINTS_AT_ONCE = {"cpu": 32}
"""Points whose Jacobians are held at once, by device, where no units are left out."""
MANY_POINTS = 1024


@torch.no_grad()
def slope_and_curvature(
    decoder: Decoder,
    x: Float[Tensor, "n pixels"],
    z: Float[Tensor, "m n latent"],
    precision: torch.dtype = torch.float32,
) -> tuple[Float[Tensor, "m n"], Float[Tensor, "m n latent"], Float[Tensor, "m n latent latent"]]:
    """Return value, gradient and curvature J' diag(p (1 - p)) J of log p(x | z).

    With rectifiers D that are open or shut, the Jacobian of the logits is J = W3 D2 W2 D1 W1; the
    products are taken from the right, where they are as narrow as the latent space. Units that are shut
    at all points of an image, and pixels that are certain at all of them, are left out: more than half of both.

    Args:
        decoder: of the model.
        x: binary images.
        z: m points per image; the closer they are to each other, the faster.
        precision: of the Jacobian's products; value and gradient are in single precision whatever it is.
    """
    logits, gates = _forward(decoder, z)
    p = torch.sigmoid(logits)
    slope = x - p
    for weight, gate in zip(decoder.weights[:0:-1], gates[::-1], strict=True):
        slope = (slope @ weight).mul_(gate)
    variance = torch.threshold(p * torch.sigmoid(-logits), NEGLIGIBLE, 0.0)
    curvature = _curvature(decoder.weights, [*gates, variance.sqrt_()], precision)
    return BernoulliPixels(logits).log_prob(x).float(), slope @ decoder.weights[0], curvature


def _forward(
    decoder: Decoder, z: Float[Tensor, "m n latent"]
) -> tuple[Float[Tensor, "m n pixels"], list[Float[Tensor, "m n _"]]]:
    """Return the logits, and for each hidden layer whether each rectifier is open: 1 or 0."""
    here, gates = (z @ decoder.weights[0].T).add_(decoder.first_bias), []
    for weight, bias in zip(decoder.weights[1:], decoder.biases, strict=True):
        gates.append((here > 0).to(here.dtype))
        here = linear(here.relu_(), weight, bias)
    return here, gates


def _curvature(
    weights: Sequence[Tensor], gates: Sequence[Float[Tensor, "m n _"]], precision: torch.dtype
) -> Float[Tensor, "m n latent latent"]:
    """Return J' J, where J has every layer's outputs multiplied by its gates."""
    device, latent = gates[0].device.type, weights[0].shape[1]
    if device == "cpu" and len(gates[0]) * latent >= ENOUGH_ROWS:
        images = zip(*(gate.unbind(dim=1) for gate in gates), strict=True)
        return torch.stack([_square(*_narrowed(weights, of_one), precision) for of_one in images], dim=1)
    points = POINTS_AT_ONCE.get(device, MANY_POINTS)
    blocks = zip(*(gate.flatten(0, 1).split(points) for gate in gates), strict=True)
    return torch.cat([_square(weights, block, precision) for block in blocks]).view(*gates[0].shape[:2], latent, latent)


def _narrowed(
    weights: Sequence[Tensor], gates: Sequence[Float[Tensor, "m _"]]
) -> tuple[list[Tensor], list[Float[Tensor, "m _"]]]:
    """Return the layers without the outputs whose gate is shut at every point."""
    layers, narrow, inputs = [], [], None
    for weight, gate in zip(weights, gates, strict=True):
        outputs = gate.any(dim=0).nonzero().squeeze(1)
        rows = weight.index_select(0, outputs)
        layers.append(rows if inputs is None else rows.index_select(1, inputs))
        narrow.append(gate.index_select(1, outputs))
        inputs = outputs
    return layers, narrow


def _square(
    weights: Sequence[Tensor], gates: Sequence[Float[Tensor, "b _"]], precision: torch.dtype
) -> Float[Tensor, "b latent latent"]:
    """Return J' J at b points, from J = ... D2 W2 D1 W1, which is held transposed: one row per latent coordinate."""
    first, *others = (weight.to(precision) for weight in weights)
    gate, *later = (gate.to(precision).unsqueeze(1) for gate in gates)
    columns = first.T * gate
    for weight, after in zip(others, later, strict=True):
        columns = (columns.flatten(0, 1) @ weight.T).unflatten(0, columns.shape[:2]).mul_(after)
    square: Tensor = (columns @ columns.mT).float()
    return square
