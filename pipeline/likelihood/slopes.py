"""Value and gradient of the joint density in the latent point."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import linear

from pipeline.core.derivatives import gradient
from pipeline.likelihood.decoder import Decoder, bernoulli_decoder
from pipeline.models.density import LatentVariableModel
from pipeline.models.distributions import BernoulliPixels
from pipeline.models.priors import prior_of


def slopes(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    z: Float[Tensor, "k n latent"],
    products: torch.dtype = torch.float32,
) -> tuple[Float[Tensor, "k n"], Float[Tensor, "k n latent"]]:
    """Return log p(x, z) in nats and its gradient in z, at k points per image.

    Bernoulli decoders whose layers are known need one pass forwards and one back, every other model torch's automatic
    derivatives.

    Args:
        model: of the images.
        x: the images.
        z: the points.
        products: precision of a known decoder's matrix products, except those with z itself, which are in float32.
    """
    decoder = bernoulli_decoder(model)
    if decoder is None:
        value, slope = gradient(lambda point: model.likelihood(point).log_prob(x.clone()), z)
    else:
        value, slope = _by_layers(decoder, x, z, products)
    log_prior, prior_slope = prior_of(model).slope(z)
    return value + log_prior, slope + prior_slope


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
