"""Kinds of model, and a new model of each, ready to be trained.

A new kind is a class in this folder, as `plain.VAE` is one, and a row in `KINDS`; params.yaml calls it `kind`.
"""

from typing import Any, cast

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from pipeline.config import ModelParams, did_you_mean
from pipeline.core.errors import ParameterError
from pipeline.models.conditional import ConditionalVAE
from pipeline.models.networks import initialise
from pipeline.models.plain import VAE

Autoencoder = VAE | ConditionalVAE


KINDS: dict[str, type[Autoencoder]] = {"vae": VAE, "conditional vae": ConditionalVAE}
"""Classes by name: `kind` in params.yaml, after the word `conditional` where the model is given the label."""


def kind_of(params: ModelParams) -> str:
    """Return the name in `KINDS` of a model that params.yaml describes.

    Raises:
        ParameterError: there is no such kind.
    """
    name = f"conditional {params.kind}" if params.conditional else params.kind
    if name not in KINDS:
        raise ParameterError(
            f"params.yaml: {name!r} is not a kind of model{did_you_mean(name, KINDS)}; pipeline/models/build.py has "
            f"{', '.join(KINDS)}"
        )
    return name


def build(pixels: int, hidden: tuple[int, ...], params: ModelParams) -> Autoencoder:
    """Return a model of the given shape, its weights not yet chosen."""
    return KINDS[kind_of(params)](pixels, hidden, **decided(params))


def decided(params: ModelParams) -> dict[str, Any]:
    """Return the arguments of a model's class that its section of params.yaml decides."""
    label = {"label": params.label, "encoder_sees_label": params.encoder_sees_label} if params.conditional else {}
    return {"latent_dim": params.latent_dim, **label}


def start(model: Autoencoder, pixel_mean: Float[np.ndarray, " pixels"], rng: np.random.Generator) -> Autoencoder:
    """Draw a model's first weights, in place, and return the model.

    The decoder's last bias is the logit of the mean training image, so that training starts from the
    best model without a latent variable; means are kept away from 0 and 1, so that the logits are finite.

    References:
        Burda, Grosse and Salakhutdinov (2016), Importance Weighted Autoencoders, appendix C.
    """
    generator = torch.Generator().manual_seed(int(rng.integers(2**63)))
    _draw_other_weights(model, rng)
    for network in (model.encoder, model.decoder):
        initialise(network, generator)
    clipped = torch.from_numpy(np.clip(pixel_mean, 1e-3, 1 - 1e-3)).float()
    last = cast(nn.Linear, model.decoder[-1])
    with torch.no_grad():
        last.bias.copy_(torch.logit(clipped))
    return model


def _draw_other_weights(model: Autoencoder, rng: np.random.Generator) -> None:
    """Draw the weights of layers outside the encoder and the decoder as torch does, but with numbers that repeat."""
    known = {id(module) for network in (model.encoder, model.decoder) for module in network.modules()}
    resets = [getattr(module, "reset_parameters", None) for module in model.modules() if id(module) not in known]
    with torch.random.fork_rng():
        torch.manual_seed(int(rng.integers(2**63)))
        for reset in filter(callable, resets):
            reset()
