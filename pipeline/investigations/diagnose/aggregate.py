"""Density of the aggregate posterior q(z), and decomposition of its divergence from the prior."""

import math

import numpy as np
from jaxtyping import Float

from pipeline.investigations.diagnose.encodings import Encodings, divergences

BLOCK = 500
REACH, POINTS = 9.0, 1201
"""Largest value and number of points of the grid on which the marginals of single units are integrated."""


def log_prior(z: Float[np.ndarray, "m latent"]) -> Float[np.ndarray, " m"]:
    """Return log p(z) = log N(z; 0, I), in nats."""
    found: Float[np.ndarray, " m"] = -0.5 * (np.square(z).sum(axis=1) + z.shape[1] * math.log(2 * math.pi))
    return found


def log_aggregate(z: Float[np.ndarray, "m latent"], encodings: Encodings) -> Float[np.ndarray, " m"]:
    """Return log q(z) = log (1/n) sum_i q(z | x_i) over all n images, in nats."""
    mean = encodings.mean
    precision = encodings.deviation**-2
    level = np.sum(mean**2 * precision - np.log(precision), axis=1) + z.shape[1] * math.log(2 * math.pi)
    found = np.empty(len(z))
    for first in range(0, len(z), BLOCK):
        part = z[first : first + BLOCK]
        log_q = -0.5 * (part**2 @ precision.T - 2 * part @ (mean * precision).T + level)
        top = log_q.max(axis=1)
        found[first : first + BLOCK] = top + np.log(np.exp(log_q - top[:, None]).mean(axis=1))
    return found


def unit_divergences(encodings: Encodings) -> Float[np.ndarray, " latent"]:
    """Compute KL(q(z_u) || p(z_u)) of the aggregate posterior's marginal in each unit, in nats, by quadrature."""
    grid = np.linspace(-REACH, REACH, POINTS)
    step = grid[1] - grid[0]
    log_p = log_prior(grid[:, None])
    units = np.eye(encodings.mean.shape[1], dtype=np.bool_)
    found = np.zeros(len(units))
    for place, unit in enumerate(units):
        log_q = log_aggregate(grid[:, None], encodings.select(unit))
        found[place] = step * np.sum(np.exp(log_q) * (log_q - log_p))
    return found


def decomposition(encodings: Encodings, draws: int, rng: np.random.Generator) -> dict[str, float]:
    """Decompose the mean divergence of the posteriors of n images from the prior.

    mean KL(q(z|x) || p) = I(x; z) + KL(q(z) || p), and KL(q(z) || p) is the total correlation of q(z) plus the sum over
    units of KL(q(z_u) || p(z_u)), where q(z) is the aggregate posterior of these n images. It differs from that of the
    population: I is at most log n, and the expectation of KL(q(z) || p) decreases with n. Where I is close to log n, it
    measures the number of images.

    Args:
        encodings: posteriors of n images.
        draws: number of images, chosen at random, from each of whose posteriors one z is drawn to average log q(z).
        rng: chooses the images and makes the draws.

    Returns:
        In nats: `divergence`; `information` and `marginal`, which add up to it; `units` and `total_correlation`, which
        add up to `marginal`; and `log_images`, log n.

    References:
        Hoffman and Johnson (2016), ELBO surgery: yet another way to carve up the variational evidence lower bound.
    """
    chosen = rng.choice(len(encodings.mean), size=min(draws, len(encodings.mean)), replace=False)
    some = Encodings(encodings.mean[chosen], encodings.deviation[chosen])
    z = some.draw(rng)
    log_q = log_aggregate(z, encodings)
    divergence = float(divergences(encodings).sum(axis=1).mean())
    own = -0.5 * np.square((z - some.mean) / some.deviation) - np.log(some.deviation) - 0.5 * math.log(2 * math.pi)
    information = float((own.sum(axis=1) - log_q).mean())
    units = float(unit_divergences(encodings).sum())
    marginal = divergence - information
    return {
        "divergence": divergence,
        "information": information,
        "marginal": marginal,
        "units": units,
        "total_correlation": marginal - units,
        "log_images": math.log(len(encodings.mean)),
    }


def gaussian_divergence(encodings: Encodings) -> float:
    """Compute KL(N(m, S) || N(0, I)) with the mean m and covariance S of the aggregate posterior, in nats.

    This is the part of KL(q(z) || p) that comes from location, scale and correlation; the rest is the divergence of
    q(z) from N(m, S). So it is a lower bound of KL(q(z) || p).
    """
    centre = encodings.mean.mean(axis=0)
    spread = np.atleast_2d(np.cov(encodings.mean.T, bias=True))
    covariance = spread + np.diag(np.square(encodings.deviation).mean(axis=0))
    log_volume = np.linalg.slogdet(covariance)[1]
    return float((np.trace(covariance) + centre @ centre - len(centre) - log_volume) / 2)
