"""Paths from one image to another through latent space."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution

from pipeline.models.distributions import diagonal_normal


class Ends(NamedTuple):
    """The posteriors at both ends of the paths, one pair per row."""

    first: Distribution
    last: Distribution


def interpolated(ends: Ends, t: float) -> Distribution:
    """Return the normal whose mean and standard deviation are interpolated linearly at t between those of the ends.

    For normals with diagonal covariance this is the Wasserstein geodesic: the squared distance of two of them
    is |m - m'|^2 + |s - s'|^2, so that straight lines in (m, s) are shortest.
    """
    mean = torch.lerp(ends.first.mean, ends.last.mean, t)
    return diagonal_normal(mean, torch.lerp(ends.first.stddev, ends.last.stddev, t))


def paths(ends: Ends, steps: int, rng: np.random.Generator) -> Float[Tensor, "ways steps n latent"]:
    """Compute latent points at evenly spaced t from 0 to 1, the ways in the order of `arrays.WAYS`.

    Args:
        ends: the posteriors of both images of every pair.
        steps: number of points per path, both ends included.
        rng: random numbers of the draws.
    """
    shape, device = tuple(ends.first.mean.shape), ends.first.mean.device

    def noise(*before: int) -> Tensor:
        return torch.from_numpy(rng.standard_normal((*before, *shape), dtype=np.float32)).to(device)

    start, stop = (end.mean + end.stddev * noise() for end in ends)
    fresh = noise(steps)
    kept = noise()
    times = np.linspace(0, 1, steps).tolist()
    between = [interpolated(ends, t) for t in times]
    return torch.stack(
        [
            torch.stack([q.mean for q in between]),
            torch.stack([torch.lerp(start, stop, t) for t in times]),
            torch.stack([q.mean + q.stddev * own for q, own in zip(between, fresh, strict=True)]),
            torch.stack([q.mean + q.stddev * kept for q in between]),
        ]
    )


def disagreement(images: Float[np.ndarray, "ways steps n pixels"]) -> Float[np.ndarray, " n"]:
    """Compute for each pair the largest mean absolute difference of the probabilities between any two ways."""
    pairs = [(a, b) for a in range(len(images)) for b in range(a)]
    largest: Float[np.ndarray, " n"] = np.stack(
        [np.abs(images[a] - images[b]).mean(axis=(0, 2)) for a, b in pairs]
    ).max(axis=0)
    return largest
