"""Quadrature of log p(x) for a block of images, around modes found without the encoder."""

from functools import partial

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from pipeline.likelihood.expansion import Expansion
from pipeline.likelihood.modes import climb, distinct
from pipeline.models.density import LabelledModel, LatentVariableModel
from pipeline.validation.certify.quadrature import log_integral

NEWTON_STEPS = 20
"""Newton steps per start."""
NEGLIGIBLE = 14.0
"""Nats below the heaviest mode beyond which a mode is left out."""


def integrate(
    model: LabelledModel,
    x: Float[Tensor, "n pixels"],
    y: Int64[Tensor, " n"],
    starts: Float[Tensor, "chains n latent"],
    nodes: int,
    block: int,
) -> Float64[Tensor, "2 n"]:
    """Compute log p(x) of each image by quadrature around the modes that its starts lead to.

    Args:
        model: with `given(y)`.
        x: the images.
        y: their labels.
        starts: latent points of each image, such as draws from its posterior.
        nodes: of the rule, per dimension.
        block: latent points that are decoded at once.

    Returns:
        The integrals in nats, and their absolute differences from those with two nodes fewer.
    """
    modes = climb(model.given(y), x, starts, NEWTON_STEPS)
    kept = heavy(modes)
    means = modes.z.double()
    factors = torch.linalg.cholesky(torch.linalg.inv(modes.precision.double()))
    found = np.empty((2, len(x)))
    for row in range(len(x)):
        one, own = slice(row, row + 1), kept[:, row]
        log_joint = partial(_log_joint, model.given(y[one]), x[one])
        fine, coarse = (
            log_integral(log_joint, means[own, row], factors[own, row], k, block) for k in (nodes, nodes - 2)
        )
        found[:, row] = fine, abs(fine - coarse)
    return torch.from_numpy(found)


def heavy(modes: Expansion) -> Bool[Tensor, "m n"]:
    """Mark the modes that are distinct and, by Laplace's approximation, not negligible: at least one per image."""
    weight = modes.value.double() - torch.linalg.slogdet(modes.precision.double()).logabsdet / 2
    weight = torch.where(distinct(modes), weight, -torch.inf)
    return weight > weight.amax(dim=0) - NEGLIGIBLE


def _log_joint(model: LatentVariableModel, x: Float[Tensor, "1 pixels"], z: Float64[Tensor, "k latent"]) -> Tensor:
    points = z[:, None].to(x.dtype)
    return (model.prior.log_prob(points) + model.likelihood(points).log_prob(x))[:, 0]
