"""Paths from one image to another through latent space."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.distributions import Distribution

from pipeline.models.distributions import diagonal_normal

FLAT = 1e-6
"""Sine of the angle between two points below which they lie on one line through the origin."""


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


def great_circle(
    first: Float[Tensor, "n latent"], last: Float[Tensor, "n latent"], t: float
) -> Float[Tensor, "n latent"]:
    """Turn from one point to another about the origin at constant speed, while the length changes linearly in t.

    With unit vectors u and v at an angle a, the direction is d = (sin((1 - t) a) u + sin(t a) v) / sin(a). As u.v is
    cos(a) and sin^2(p) + sin^2(q) + 2 sin(p) sin(q) cos(p + q) = sin^2(p + q), the length of d is 1 at every t. So the
    path keeps the length, (1 - t) |first| + t |last|, where a straight line is shorter between its ends: from
    orthogonal points of length r it passes the origin at r / sqrt(2). The direction of two draws of N(0, I) is kept
    too: d is as uniform on the sphere as u and v are, since turning both of them turns d.

    Where both ends lie on one line through the origin there is no such circle, and d is on the line between u and v.

    References:
        Shoemake (1985), Animating Rotation with Quaternion Curves, for the formula.
        White (2016), Sampling Generative Networks, for its use in latent spaces.
    """
    from_length, to_length = (end.double().norm(dim=-1, keepdim=True) for end in (first, last))
    u, v = first / from_length, last / to_length
    angle = torch.arccos((u * v).sum(dim=-1, keepdim=True).clamp(-1, 1))
    turned = (torch.sin((1 - t) * angle) * u + torch.sin(t * angle) * v) / torch.sin(angle)
    direction = torch.where(torch.sin(angle) > FLAT, turned, torch.lerp(u, v, t))
    return (torch.lerp(from_length, to_length, t) * direction).float()


def paths(
    ends: Ends, active: Bool[np.ndarray, " latent"], steps: int, rng: np.random.Generator
) -> Float[Tensor, "ways steps n latent"]:
    """Compute latent points at evenly spaced t from 0 to 1, the ways in the order of `arrays.WAYS`.

    Args:
        ends: the posteriors of both images of every pair.
        active: true for each unit in use. The great circle is one of these; the others, which the decoder ignores, go
            straight.
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
    straight = torch.stack([torch.lerp(start, stop, t) for t in times])
    used = torch.from_numpy(active).to(device)
    turning = torch.stack([great_circle(start * used, stop * used, t) for t in times])
    return torch.stack(
        [
            torch.stack([q.mean for q in between]),
            straight,
            torch.stack([q.mean + q.stddev * own for q, own in zip(between, fresh, strict=True)]),
            torch.stack([q.mean + q.stddev * kept for q in between]),
            torch.where(used, turning, straight),
        ]
    )


def disagreement(images: Float[np.ndarray, "ways steps n pixels"]) -> Float[np.ndarray, " n"]:
    """Compute for each pair the largest mean absolute difference of the probabilities between any two ways."""
    pairs = [(a, b) for a in range(len(images)) for b in range(a)]
    largest: Float[np.ndarray, " n"] = np.stack(
        [np.abs(images[a] - images[b]).mean(axis=(0, 2)) for a, b in pairs]
    ).max(axis=0)
    return largest
