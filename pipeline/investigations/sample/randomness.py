"""How much of an image's randomness is that of z, and how much that of the pixels once z is known."""

import math

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.distributions import Distribution

from pipeline.investigations.sample.arrays import Arrays
from pipeline.investigations.sample.pixels import binary_entropy, entropy, flip, from_prior, probabilities
from pipeline.models.density import LatentVariableModel

BLOCK = 4000
"""Decoder passes at once."""


def pixel_randomness(model: LatentVariableModel, points: int, rng: np.random.Generator) -> Arrays:
    """Entropy and variance of single pixels, with z known and with z random.

    The sum over pixels of Var(X_j) is that of E f_j(Z) (1 - f_j(Z)), which the flip of the pixel brings, and that of
    Var f_j(Z), which z brings.

    Args:
        model: whose prior and decoder are used, and no encoder.
        points: draws of z.
        rng: draws them.

    Returns:
        `given_z`, entropy in nats of an image's pixels at each z; `pixels_alone`, the sum of the pixels' entropies
        with z random, in nats; `variance_flips` and `variance_z`, whose sum is the pixels' variance.
    """
    z = from_prior(model, points, rng)
    total, square, flips = 0.0, 0.0, 0.0
    given = []
    for block in z.split(BLOCK):
        f = probabilities(model, block).astype(np.float64)
        total, square, flips = total + f.sum(axis=0), square + (f * f).sum(axis=0), flips + (f * (1 - f)).sum()
        given.append(entropy(model, block))
    mean = np.asarray(total) / points
    return {
        "given_z": np.concatenate(given),
        "pixels_alone": np.asarray(binary_entropy(mean).sum()),
        "variance_flips": np.asarray(flips / points),
        "variance_z": np.asarray((np.asarray(square) / points - mean**2).sum()),
    }


def image_randomness(model: LatentVariableModel, images: int, draws: int, rng: np.random.Generator) -> Arrays:
    """Bounds from both sides on log p(X) of images drawn from the model, whose z is known.

    With weights w = p(x, z) / q(z | x), the log of their mean lies below log p(x) on average if every z is from the
    encoder, and above it if one z is the one that made x, which is a draw from the true posterior.

    Args:
        model: draws the images, and has the encoder for the bounds.
        images: so many.
        draws: of z in each bound.
        rng: draws all.

    Returns:
        Of each image, in nats: `log_given`, log p(x | z) at its own z; `log_below` and `log_above`, the bounds.

    References:
        Sobolev and Vetrov (2019), Importance Weighted Hierarchical Variational Inference, for the upper bound.
    """
    parts, size = [], max(1, BLOCK // draws)
    for first in range(0, images, size):
        z = from_prior(model, min(size, images - first), rng)
        x = torch.from_numpy(flip(probabilities(model, z), rng)).to(z.device).float()
        parts.append(_bounds(model, x, z, draws, rng))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _bounds(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    z: Float[Tensor, "n latent"],
    draws: int,
    rng: np.random.Generator,
) -> Arrays:
    with torch.inference_mode():
        q = model.posterior(x)
        noise = torch.from_numpy(rng.standard_normal((draws, *z.shape), dtype=np.float32)).to(z.device)
        below = _log_weights(model, q, x, q.mean + q.stddev * noise)
        own = _log_weights(model, q, x, z[None])
        above = torch.cat([own, below[1:]])
        found = {
            "log_given": model.likelihood(z[None]).log_prob(x)[0],
            "log_below": below.logsumexp(dim=0) - math.log(draws),
            "log_above": above.logsumexp(dim=0) - math.log(draws),
        }
        return {name: np.asarray(values.cpu()) for name, values in found.items()}


def _log_weights(
    model: LatentVariableModel, q: Distribution, x: Float[Tensor, "n pixels"], z: Float[Tensor, "k n latent"]
) -> Float64[Tensor, "k n"]:
    return model.likelihood(z).log_prob(x) + model.prior.log_prob(z).double() - q.log_prob(z).double()
