"""Shares of an image's randomness: that of the latent point z, and that of the pixels given z."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.core.statistics import bernoulli_entropy
from pipeline.investigations.pixels import draw_pixels, entropy, from_prior, probabilities
from pipeline.investigations.sample.arrays import Arrays
from pipeline.likelihood.proposals import Draws, encoder_draws
from pipeline.likelihood.reductions import log_marginal
from pipeline.likelihood.weights import log_weights
from pipeline.models.density import LatentVariableModel

BLOCK = 4000
"""Latent points that are decoded at once."""


def pixel_randomness(model: LatentVariableModel, points: int, rng: np.random.Generator) -> Arrays:
    """Compute entropy and variance of single pixels, given z and with z random.

    The sum over pixels of Var(X_j) is the sum of E f_j(Z) (1 - f_j(Z)), the variance given z, and of Var f_j(Z), the
    variance that z contributes.

    Args:
        model: its prior and its decoder are used, its encoder is not.
        points: number of draws of z.
        rng: random numbers of the draws.

    Returns:
        `given_z`, the entropy in nats of an image's pixels at each z; `pixels_alone`, the sum of the pixels' entropies
        with z random, in nats; `variance_given_z` and `variance_z`, whose sum is the pixels' variance.
    """
    total, square, within = 0.0, 0.0, 0.0
    given = []
    for block in from_prior(model, points, rng).split(BLOCK):
        f = probabilities(model, block).astype(np.float64)
        total = total + f.sum(axis=0)
        square = square + (f * f).sum(axis=0)
        within += (f * (1 - f)).sum()
        given.append(entropy(model, block))
    mean = np.asarray(total) / points
    return {
        "given_z": np.concatenate(given),
        "pixels_alone": np.asarray(bernoulli_entropy(mean).sum()),
        "variance_given_z": np.asarray(within / points),
        "variance_z": np.asarray((np.asarray(square) / points - mean**2).sum()),
    }


def image_randomness(model: LatentVariableModel, images: int, draws: int, rng: np.random.Generator) -> Arrays:
    """Bound log p(X) from both sides for images drawn from the model, whose z is known.

    With weights w = p(x, z) / q(z | x), the log of their mean is a lower bound of log p(x) in expectation if every z
    is drawn from the encoder's q, and an upper bound if one of them is the z that generated x, which is a draw from
    the true posterior.

    Args:
        model: generates the images; its encoder is the proposal of the bounds.
        images: number of images.
        draws: number of latent points per bound.
        rng: random numbers of all draws.

    Returns:
        One value per image, in nats: `log_given`, log p(x | z) at its own z; `log_below` and `log_above`, the bounds.

    References:
        Sobolev and Vetrov (2019), Importance Weighted Hierarchical Variational Inference, for the upper bound.
    """
    parts = []
    size = max(1, BLOCK // draws)
    for first in range(0, images, size):
        z = from_prior(model, min(size, images - first), rng)
        x = torch.from_numpy(draw_pixels(probabilities(model, z), rng)).to(z.device).float()
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
        below = log_weights(model, x, encoder_draws(q, noise))
        own = log_weights(model, x, Draws(z[None], q.log_prob(z[None])))
        found = {
            "log_given": model.likelihood(z[None]).log_prob(x)[0],
            "log_below": log_marginal(below),
            "log_above": log_marginal(torch.cat([own, below[1:]])),
        }
        return {name: np.asarray(values.cpu()) for name, values in found.items()}
