"""The aggregate posterior q(z), and what of the divergence from the prior is information about the image."""

import math

import numpy as np
from jaxtyping import Float

from pipeline.investigations.diagnose.encodings import Encodings, divergences

BLOCK = 500
REACH, POINTS = 9.0, 1201
"""Of the grid on which the marginals of single units are integrated, in standard deviations of the prior."""


def log_prior(z: Float[np.ndarray, "m latent"]) -> Float[np.ndarray, " m"]:
    """Log p(z) = log N(z; 0, I), in nats."""
    found: Float[np.ndarray, " m"] = -0.5 * (np.square(z).sum(axis=1) + z.shape[1] * math.log(2 * math.pi))
    return found


def log_aggregate(z: Float[np.ndarray, "m latent"], encodings: Encodings) -> Float[np.ndarray, " m"]:
    """Log q(z) = log (1/n) sum_i q(z | x_i) with every image's normal at every point, in nats."""
    mean, precision = encodings.mean, encodings.deviation**-2
    level = np.sum(mean**2 * precision - np.log(precision), axis=1) + z.shape[1] * math.log(2 * math.pi)
    found = np.empty(len(z))
    for first in range(0, len(z), BLOCK):
        part = z[first : first + BLOCK]
        log_q = -0.5 * (part**2 @ precision.T - 2 * part @ (mean * precision).T + level)
        top = log_q.max(axis=1)
        found[first : first + BLOCK] = top + np.log(np.exp(log_q - top[:, None]).mean(axis=1))
    return found


def unit_divergences(encodings: Encodings) -> Float[np.ndarray, " latent"]:
    """KL(q(z_u) || p(z_u)) of the aggregate posterior's marginal in each unit, in nats, by quadrature."""
    grid = np.linspace(-REACH, REACH, POINTS)
    step, log_p = grid[1] - grid[0], log_prior(grid[:, None])
    units = np.eye(encodings.mean.shape[1], dtype=np.bool_)
    found = np.zeros(len(units))
    for place, unit in enumerate(units):
        log_q = log_aggregate(grid[:, None], encodings.only(unit))
        found[place] = step * np.sum(np.exp(log_q) * (log_q - log_p))
    return found


def decomposition(encodings: Encodings, draws: int, rng: np.random.Generator) -> dict[str, float]:
    """Split the mean divergence of n images' normals from the prior, for the aggregate of these n alone.

    mean KL(q(z|x) || p) = I(x; z) + KL(q(z) || p), and the last is the total correlation of q(z) plus the
    sum over units of KL(q(z_u) || p(z_u)). I is at most log n, and KL(q(z) || p) with n images at least what it is
    with all images that there could be: where I is close to log n, it tells how many images were taken.

    Args:
        encodings: of n images.
        draws: of z, from as many of the images at random, at which log q(z) is averaged.
        rng: makes the draws.

    Returns:
        In nats: divergence; information and marginal, which add up to it; units and total_correlation, which
        add up to marginal; error, the standard error of information; log_images.
    """
    chosen = rng.choice(len(encodings.mean), size=min(draws, len(encodings.mean)), replace=False)
    some = Encodings(encodings.mean[chosen], encodings.deviation[chosen])
    z = some.draw(rng)
    log_q, divergence = log_aggregate(z, encodings), float(divergences(encodings).sum(axis=1).mean())
    own = -0.5 * np.square((z - some.mean) / some.deviation) - np.log(some.deviation) - 0.5 * math.log(2 * math.pi)
    ratio = own.sum(axis=1) - log_q
    information, units = float(ratio.mean()), float(unit_divergences(encodings).sum())
    marginal = divergence - information
    return {
        "divergence": divergence,
        "information": information,
        "marginal": marginal,
        "units": units,
        "total_correlation": marginal - units,
        "error": float(ratio.std(ddof=1) / math.sqrt(len(ratio))),
        "log_images": math.log(len(encodings.mean)),
    }


def gaussian_divergence(encodings: Encodings) -> float:
    """KL(N(m, S) || N(0, I)) with the mean m and covariance S of the aggregate posterior, in nats.

    Never above KL(q(z) || p): the divergence of q(z) from its own normal is the rest of it. So much of a misfit
    is one of location, scale and correlation.
    """
    centre, spread = encodings.mean.mean(axis=0), np.atleast_2d(np.cov(encodings.mean.T, bias=True))
    covariance = spread + np.diag(np.square(encodings.deviation).mean(axis=0))
    log_volume = np.linalg.slogdet(covariance)[1]
    return float((np.trace(covariance) + centre @ centre - len(centre) - log_volume) / 2)
