"""Variational refinement of a normal, so that it fits an image's posterior over its mass and not at its mode alone.

A decoder of rectifiers is piecewise linear. The curvature at the mode is that of one piece, and a poor estimate of the
posterior's width, so that importance weights from Laplace's normal vary more than they need to.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from pipeline.likelihood.slopes import slopes
from pipeline.models.density import LatentVariableModel

STRENGTH = 10.0
"""Ridge penalty towards the previous normal, as an equivalent number of draws."""
DECAY = 0.6
"""Factor on the weights of older draws in every round."""
LEAST_PRECISION, GREATEST_PRECISION = 0.4, 4.0
"""Bounds of the factor by which a round changes the precision in any direction."""
LONGEST_STEP = 1.5
"""Largest step of the mean in a round, in standard deviations."""
LOOK_BACK = 3
"""Last rounds over which mass and spread are averaged."""


class Normals(NamedTuple):
    """One normal for each of n posteriors."""

    mean: Float[Tensor, "n latent"]
    precision: Float[Tensor, "n latent latent"]
    log_mass: Float[Tensor, " n"]
    """Log mass of the joint density, estimated from the normal's own draws, in nats."""
    spread: Float[Tensor, " n"]
    """Variance of the log weights of its draws, in the last rounds."""


class Seen(NamedTuple):
    """Points at which the gradient of log p(x, z) is known, with their weights in the fit."""

    z: Float[Tensor, "k n latent"]
    slope: Float[Tensor, "k n latent"]
    weight: Float[Tensor, " k"]


def refine(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    mean: Float[Tensor, "n latent"],
    precision: Float[Tensor, "n latent latent"],
    noise: Float[Tensor, "rounds half n latent"],
    products: torch.dtype = torch.float32,
) -> Normals:
    """Move normals towards the best normal approximation of each posterior.

    The gradient of a normal's log density is linear, -precision (z - mean). So every round draws points and their
    mirror images from the present normal, computes the gradient of log p(x, z) there, and fits a line to all
    gradients so far. Unlike an average of curvatures, the line takes account of the kinks between linear pieces. The
    best normal approximation is a fixed point.

    Args:
        model: of the images.
        x: the images.
        mean: to start from.
        precision: to start from.
        noise: standard normal; half the draws of every round.
        products: precision of the matrix products in the gradients, which need not be exact.

    References:
        Opper and Archambeau (2009), The variational Gaussian approximation revisited, section 2; Salimans
        and Knowles (2013), Fixed-form variational posterior approximation through stochastic linear
        regression, section 4.
    """
    seen = Seen(noise[0, :0], noise[0, :0], noise[0, :0, 0, 0])
    log_weights = []
    for half in noise:
        root = torch.linalg.cholesky(precision)
        z = mean + solve_all(root.mT, torch.cat([half, -half]))
        value, slope = slopes(model, x, z, products)
        log_weights.append(value.double() - normal_log_density(root, half.repeat(2, 1, 1)))
        weight = torch.cat([DECAY * seen.weight, torch.ones_like(z[:, 0, 0])])
        seen = Seen(torch.cat([seen.z, z]), torch.cat([seen.slope, slope]), weight)
        mean, precision = _line(seen, mean, root)
    last = torch.stack(log_weights[-LOOK_BACK:])
    spread = last.var(dim=1).mean(dim=0)
    return Normals(mean, precision, last.mean(dim=(0, 1)) + spread / 2, spread)


def normal_log_density(
    root: Float[Tensor, "n latent latent"], noise: Float[Tensor, "k n latent"]
) -> Float[Tensor, "k n"]:
    """Return the log density of a normal of precision root root' at the point that standard normal `noise` maps to."""
    constant = 0.5 * noise.shape[-1] * math.log(2 * math.pi)
    density: Tensor = root.diagonal(dim1=-2, dim2=-1).log().sum(dim=-1) - noise.square().sum(dim=-1) / 2 - constant
    return density


def solve_all(triangle: Float[Tensor, "n latent latent"], right: Float[Tensor, "k n latent"]) -> Tensor:
    """Solve upper triangular systems with k right-hand sides each."""
    solved: Tensor = torch.linalg.solve_triangular(triangle, right.permute(1, 2, 0), upper=True)
    return solved.permute(2, 0, 1)


def _line(
    seen: Seen, mean: Float[Tensor, "n latent"], root: Float[Tensor, "n latent latent"]
) -> tuple[Float[Tensor, "n latent"], Float[Tensor, "n latent latent"]]:
    """Return mean and precision of the normal whose gradient is the line fitted to those in `seen`.

    In coordinates in which the present normal is standard, its own gradient is -offset; ridge regression fits the
    difference. Far points, where one line fits worse, have less weight.
    """
    offset = torch.einsum("nde,knd->kne", root, seen.z - mean)
    slope = torch.linalg.solve_triangular(root, seen.slope.permute(1, 2, 0), upper=False).permute(2, 0, 1)
    near = (1.5 * offset.shape[-1] / offset.square().sum(dim=-1)).clamp(max=1)
    weight = (seen.weight.unsqueeze(-1) * near).unsqueeze(-1)
    centre, level = ((weight * one).sum(dim=0) / weight.sum(dim=0) for one in (offset, slope + offset))
    change = _ridge(offset - centre, slope + offset - level, weight)
    eye = torch.eye(offset.shape[-1], dtype=offset.dtype, device=offset.device)
    values, axes = torch.linalg.eigh(eye - (change + change.mT) / 2)
    values = values.clamp(LEAST_PRECISION, GREATEST_PRECISION)
    rest = level - torch.einsum("nij,ni->nj", change, centre)
    step = torch.einsum("nij,nj,nkj,nk->ni", axes, 1 / values, axes, rest)
    step = step * (LONGEST_STEP / step.norm(dim=-1, keepdim=True)).clamp(max=1)
    stretched = root @ (axes * values.sqrt().unsqueeze(-2))
    return mean + solve_all(root.mT, step.unsqueeze(0))[0], stretched @ stretched.mT


def _ridge(
    offset: Float[Tensor, "k n latent"], rest: Float[Tensor, "k n latent"], weight: Float[Tensor, "k n 1"]
) -> Float[Tensor, "n latent latent"]:
    eye = torch.eye(offset.shape[-1], dtype=offset.dtype, device=offset.device)
    square = torch.einsum("kni,knj->nij", weight * offset, offset) + STRENGTH * eye
    slope: Tensor = torch.linalg.solve(square, torch.einsum("kni,knj->nij", weight * offset, rest))
    return slope
