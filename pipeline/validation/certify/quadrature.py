"""Log p(x) of one image by Gauss-Hermite quadrature around the modes of its posterior, for few latent dimensions."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

LogJoint = Callable[[Tensor], Tensor]
"""Maps latent points (k, latent) to log p(x, z), shape (k,), in nats."""


def log_integral(
    log_joint: LogJoint,
    means: Float64[Tensor, "components latent"],
    factors: Float64[Tensor, "components latent latent"],
    nodes: int,
    block: int,
) -> float:
    """Compute `log p(x) = log sum_m w_m sum_i v_i p(x, z_mi) / q(z_mi)` with z_mi = mean_m + factor_m u_i.

    q is the mixture of the normal components, u and v are the nodes and weights of the rule for the
    standard normal. Each component integrates p(x, z) times its responsibility w_m N_m(z) / q(z), and
    these add up to one, so that modes near each other are not counted twice. Exact where p(x, z) / q(z)
    is a polynomial of a degree below 2 `nodes` in every coordinate. The components' weights w are
    those of Laplace's approximation.

    Args:
        log_joint: log p(x, z) of one image.
        means: the modes.
        factors: lower triangular, with positive diagonal: the covariance is `factor factor^T`.
        nodes: per dimension.
        block: latent points at which the density is computed at once.

    Returns:
        In nats. The error decreases with the number of nodes; modes that no component covers are missed.

    References:
        Naylor and Smith (1982), Applications of a method for the efficient computation of posterior
        distributions, section 3.
    """
    u, log_v = rule(nodes, means.shape[1])
    u, log_v = u.to(means), log_v.to(means)
    z = means[:, None] + u @ factors.transpose(1, 2)
    heights = torch.cat([log_joint(part) for part in torch.cat([means, z.flatten(0, 1)]).split(block)]).double()
    log_w = torch.log_softmax(heights[: len(means)] + _log_determinant(factors), dim=0)
    values = heights[len(means) :].reshape(z.shape[:2]) - _log_mixture(z, means, factors, log_w)
    return float(torch.logsumexp(log_w[:, None] + log_v + values, dim=(0, 1)))


def rule(nodes: int, latent: int) -> tuple[Float64[Tensor, "k latent"], Float64[Tensor, " k"]]:
    """Return nodes and log weights of the product rule for `E[g(u)]`, where u is standard normal.

    Args:
        nodes: per dimension.
        latent: number of dimensions.
    """
    u, v = np.polynomial.hermite_e.hermegauss(nodes)
    log_v = np.log(v) - math.log(math.sqrt(2 * math.pi))
    points = np.array(list(itertools.product(u, repeat=latent)))
    weights = np.array(list(itertools.product(log_v, repeat=latent))).sum(axis=1)
    return torch.from_numpy(points), torch.from_numpy(weights)


def _log_mixture(
    z: Float64[Tensor, "components k latent"],
    means: Float64[Tensor, "components latent"],
    factors: Float64[Tensor, "components latent latent"],
    log_w: Float64[Tensor, " components"],
) -> Float64[Tensor, "components k"]:
    constant = log_w - _log_determinant(factors) - means.shape[1] / 2 * math.log(2 * math.pi)
    whitening = torch.linalg.inv(factors).transpose(1, 2)[:, None]
    standard = (z - means[:, None, None]) @ whitening
    return torch.logsumexp(constant[:, None, None] - standard.square().sum(dim=-1) / 2, dim=0)


def _log_determinant(factors: Float64[Tensor, "components latent latent"]) -> Float64[Tensor, " components"]:
    return factors.diagonal(dim1=1, dim2=2).log().sum(dim=1)
