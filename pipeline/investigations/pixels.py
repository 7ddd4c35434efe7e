"""From a latent point to an image: the decoder's probabilities, and Bernoulli pixels drawn with them."""

import numpy as np
import torch
from jaxtyping import Float, Float64, UInt8
from torch import Tensor
from torch.nn.functional import softplus

from pipeline.models.density import LatentVariableModel
from pipeline.models.distributions import BernoulliPixels
from pipeline.models.priors import prior_of


def from_prior(model: LatentVariableModel, points: int, rng: np.random.Generator) -> Float[Tensor, "points latent"]:
    """Draw z from p(z); the encoder is not used."""
    return prior_of(model).points(points, rng)


def probabilities(model: LatentVariableModel, z: Float[Tensor, "*batch latent"]) -> Float[np.ndarray, "*batch pixels"]:
    """Compute P(pixel = 1 | z) = f(z)."""
    with torch.inference_mode():
        return np.asarray(model.likelihood(z).mean.float().cpu())


def draw_pixels(
    probability: Float[np.ndarray, "*batch pixels"], rng: np.random.Generator
) -> UInt8[np.ndarray, "*batch pixels"]:
    """Draw every pixel once from its Bernoulli distribution."""
    return (rng.random(probability.shape, dtype=np.float32) < probability).astype(np.uint8)


def entropy(model: LatentVariableModel, z: Float[Tensor, "*batch latent"]) -> Float64[np.ndarray, "*batch"]:
    """Compute H(X | Z = z) in nats: the sum over pixels of log(1 + e^l) - l f, with f the sigmoid of the logit l."""
    with torch.inference_mode():
        pixels = model.likelihood(z)
        if not isinstance(pixels, BernoulliPixels):
            raise TypeError(f"pixels are {type(pixels).__name__}, not BernoulliPixels")
        given = softplus(pixels.logits) - pixels.logits * pixels.mean
        return np.asarray(given.sum(dim=-1, dtype=torch.float64).cpu())
