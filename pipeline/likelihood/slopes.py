"""Value and gradient of the joint density in the latent point."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import linear

from pipeline.likelihood.decoder import Decoder, bernoulli_decoder
from pipeline.models.density import LatentVariableModel
from pipeline.models.distributions import BernoulliPixels


def slopes(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    z: Float[Tensor, "k n latent"],
    products: torch.dtype = torch.float32,
) -> tuple[Float[Tensor, "k n"], Float[Tensor, "k n latent"]]:
    """Log p(x, z) in nats and its gradient in z, at k points an image.

    Bernoulli decoders whose layers are known take one pass forwards and one back, every other model
    torch's automatic derivatives. The prior is normal.

    Args:
        model: of the images.
        x: the images.
        z: the points.
        products: the precision of the matrix products of a decoder whose layers are known, but of those with z itself.
    """
    decoder = bernoulli_decoder(model)
    value, slope = _automatic(model, x, z) if decoder is None else _by_layers(decoder, x, z, products)
    prior = model.prior
    return value + prior.log_prob(z), slope - (z - prior.mean) / prior.variance


def _automatic(model: LatentVariableModel, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
    with torch.inference_mode(mode=False), torch.enable_grad():
        point = z.clone().requires_grad_()
        value = model.likelihood(point).log_prob(x.clone())
        (slope,) = torch.autograd.grad(value.sum(), point)
    return value.detach(), slope


def _by_layers(decoder: Decoder, x: Tensor, z: Tensor, products: torch.dtype) -> tuple[Tensor, Tensor]:
    first, weights = decoder.weights[0], [weight.to(products) for weight in decoder.weights[1:]]
    biases = [bias.to(products) for bias in decoder.biases]
    hidden = [linear(z, first).add_(decoder.first_bias).relu_().to(products)]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        hidden.append(linear(hidden[-1], weight, bias).relu_())
    pixels = BernoulliPixels(linear(hidden[-1], weights[-1], biases[-1]).to(z.dtype))
    slope = (x - pixels.mean).to(products)
    for weight, below in zip(weights[::-1], hidden[::-1], strict=True):
        slope = (slope @ weight).mul_(below > 0)
    return pixels.log_prob(x), slope.to(z.dtype) @ first
