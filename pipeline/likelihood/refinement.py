"""Normals that fit an image's posterior on average, and not at its tops alone."""

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.likelihood.expansion import Expansion, expand
from pipeline.vae.density import LatentVariableModel


def refine(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    modes: Expansion,
    noise: Float[Tensor, "rounds half m n latent"],
) -> Expansion:
    """Move Laplace's normals towards the best normal approximation of the posterior near each mode.

    The best one has the mean curvature of -log p(x, z) under itself as its precision, and the mean
    slope zero. Each round takes both means over draws and their mirror images, and then a Newton step.
    With a decoder of rectifiers the curvature at the top is that of one linear piece among many, and
    a poor guess of the posterior's width.

    Args:
        model: of the images.
        x: the images.
        modes: to start from.
        noise: standard normal; half the draws of every round.

    Returns:
        Expansions whose z is the mean and whose precision is that of the refined normals.

    References:
        Opper and Archambeau (2009), The variational Gaussian approximation revisited, section 2.
    """
    for half in noise:
        root = torch.linalg.cholesky(modes.precision)
        offsets = torch.linalg.solve_triangular(root.mT, half.unsqueeze(-1), upper=True).squeeze(-1)
        points = modes.z + torch.cat([offsets, -offsets])
        around = expand(model, x, points.flatten(0, 1))
        precision = around.precision.unflatten(0, points.shape[:2]).mean(dim=0)
        slope = around.gradient.unflatten(0, points.shape[:2]).mean(dim=0)
        step = torch.linalg.solve(precision, slope.unsqueeze(-1)).squeeze(-1)
        modes = Expansion(modes.z + step, modes.value, slope, precision)
    return modes
