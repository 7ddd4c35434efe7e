"""Importance weights: the joint density of image and latent point over the proposal's density."""

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.likelihood.bernoulli import log_likelihood
from pipeline.likelihood.decoder import bernoulli_decoder
from pipeline.likelihood.proposals import Draws
from pipeline.models.density import LatentVariableModel


def log_weights(model: LatentVariableModel, x: Float[Tensor, "n pixels"], draws: Draws) -> Float64[Tensor, "k n"]:
    """Return importance weights log w = log p(x | z) + log p(z) - log q(z), in nats, one column per image.

    The mean of w over draws from q is an unbiased estimate of p(x), whatever q. Gradients pass through
    where torch records them; where it does not, the weights of Bernoulli decoders are computed in a faster way.
    """
    decoder = None if torch.is_grad_enabled() else bernoulli_decoder(model)
    if decoder is None:
        likelihood = model.likelihood(draws.z).log_prob(x).double()
    else:
        likelihood = log_likelihood(decoder, x, draws.z, draws.far)
    return likelihood + model.prior.log_prob(draws.z).double() - draws.log_density.double()
