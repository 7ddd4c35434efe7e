"""From a latent point to an image: the decoder's probabilities, and pixels drawn with them."""

import numpy as np
import torch
from jaxtyping import Float, Float64, UInt8
from torch import Tensor
from torch.nn.functional import softplus

from pipeline.models.density import LatentVariableModel
from pipeline.models.distributions import BernoulliPixels


def from_prior(model: LatentVariableModel, points: int, rng: np.random.Generator) -> Float[Tensor, "points latent"]:
    """Draws of z from p(z), which ask nothing of the encoder."""
    mean, deviation = model.prior.mean, model.prior.stddev
    normal = rng.standard_normal((points, *mean.shape), dtype=np.float32)
    return mean + deviation * torch.from_numpy(normal).to(mean.device)


def probabilities(model: LatentVariableModel, z: Float[Tensor, "*batch latent"]) -> Float[np.ndarray, "*batch pixels"]:
    """P(pixel = 1 | z) = f(z), the first of the two ways to show a latent point."""
    with torch.inference_mode():
        return np.asarray(model.likelihood(z).mean.float().cpu())


def flip(chances: Float[np.ndarray, "*batch pixels"], rng: np.random.Generator) -> UInt8[np.ndarray, "*batch pixels"]:
    """One Bernoulli draw of every pixel, the second way to show a latent point."""
    return (rng.random(chances.shape, dtype=np.float32) < chances).astype(np.uint8)


def entropy(model: LatentVariableModel, z: Float[Tensor, "*batch latent"]) -> Float64[np.ndarray, "*batch"]:
    """H(X | Z = z) in nats: the sum over pixels of log(1 + e^l) - l f, with f the sigmoid of the logit l."""
    with torch.inference_mode():
        pixels = model.likelihood(z)
        if not isinstance(pixels, BernoulliPixels):
            raise TypeError(f"pixels are {type(pixels).__name__}, not BernoulliPixels")
        given = softplus(pixels.logits) - pixels.logits * pixels.mean
        return np.asarray(given.sum(dim=-1, dtype=torch.float64).cpu())


def binary_entropy(chances: Float[np.ndarray, "*batch"]) -> Float64[np.ndarray, "*batch"]:
    """Entropy in nats of coins with these chances; 0 where a coin is sure."""
    p = np.clip(chances.astype(np.float64), 1e-300, 1.0)
    q = np.clip(1.0 - chances.astype(np.float64), 1e-300, 1.0)
    return -(p * np.log(p) + q * np.log(q))
