"""A new model, ready to be trained."""

from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from pipeline.config import ModelParams
from pipeline.models.conditional import ConditionalVAE
from pipeline.models.networks import initialise
from pipeline.models.plain import VAE

Autoencoder = VAE | ConditionalVAE


def build(pixels: int, hidden: tuple[int, ...], params: ModelParams) -> Autoencoder:
    """A model of the given shape, its weights not yet chosen."""
    return (ConditionalVAE if params.conditional else VAE)(pixels, hidden, params.latent_dim)


def start(model: Autoencoder, pixel_mean: Float[np.ndarray, " pixels"], rng: np.random.Generator) -> Autoencoder:
    """Choose a model's first weights, in place, and return it.

    The decoder's last bias is the logit of the mean training image, so that training starts from the
    best model without a latent variable; one count on either side keeps the logits finite.

    References:
        Burda, Grosse and Salakhutdinov (2016), Importance Weighted Autoencoders, appendix C.
    """
    generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
    for network in (model.encoder, model.decoder):
        initialise(network, generator)
    clipped = torch.from_numpy(np.clip(pixel_mean, 1e-3, 1 - 1e-3)).float()
    last = cast(nn.Linear, model.decoder[-1])
    with torch.no_grad():
        last.bias.copy_(torch.logit(clipped))
    return model
