"""Quadrature of a block of images, around modes that need no encoder."""

from functools import partial

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from pipeline.certification.modes import climb, components
from pipeline.certification.quadrature import log_integral
from pipeline.vae.density import LabelledModel, LatentVariableModel


def integrate(
    model: LabelledModel,
    x: Float[Tensor, "n pixels"],
    y: Int64[Tensor, " n"],
    starts: Float[Tensor, "chains n latent"],
    nodes: int,
    block: int,
) -> Float64[Tensor, "2 n"]:
    """Log p(x) of each image by quadrature around the modes that its starts lead to.

    Args:
        model: with `given(y)`.
        x: the images.
        y: their labels.
        starts: latent points of each image, as draws from its posterior.
        nodes: of the rule, in each dimension.
        block: decoder passes at once.

    Returns:
        The integrals in nats; then how far those with two nodes fewer are from them.
    """
    climbed = climb(partial(_log_joint, model.given(y), x), starts)
    found = np.empty((2, len(x)))
    for row in range(len(x)):
        one = slice(row, row + 1)
        log_joint = partial(_log_joint_of_one, model.given(y[one]), x[one])
        fine, coarse = (log_integral(log_joint, *components(climbed, row), k, block) for k in (nodes, nodes - 2))
        found[:, row] = fine, abs(fine - coarse)
    return torch.from_numpy(found)


def _log_joint(model: LatentVariableModel, x: Float[Tensor, "n pixels"], z: Float[Tensor, "k n latent"]) -> Tensor:
    return model.prior.log_prob(z) + model.likelihood(z).log_prob(x)


def _log_joint_of_one(
    model: LatentVariableModel, x: Float[Tensor, "1 pixels"], z: Float64[Tensor, "k latent"]
) -> Tensor:
    return _log_joint(model, x, z[:, None].to(x.dtype))[:, 0]
