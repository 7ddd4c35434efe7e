"""Paths from one image to another through latent space."""

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8

from pipeline.core.storage import Arrays
from pipeline.investigations.diagnose.encodings import Encodings
from pipeline.investigations.diagnose.space import LatentSpace
from pipeline.investigations.pixels import draw_pixels, entropy, probabilities
from pipeline.models.density import LatentVariableModel

BLOCK = 20
"""Pairs whose paths are decoded at once."""
FLAT = 1e-6
"""Sine of the angle between two points below which they lie on one line through the origin."""


def interpolated(first: Encodings, last: Encodings, t: float) -> Encodings:
    """Return the normals whose means and standard deviations are interpolated linearly at t between those of the ends.

    For normals with diagonal covariance this is the Wasserstein geodesic: the squared distance of two of them
    is |m - m'|^2 + |s - s'|^2, so that straight lines in (m, s) are shortest.
    """
    return Encodings(_between(first.mean, last.mean, t), _between(first.deviation, last.deviation, t))


def great_circle(
    first: Float[np.ndarray, "n latent"], last: Float[np.ndarray, "n latent"], t: float
) -> Float[np.ndarray, "n latent"]:
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
    from_length, to_length = (np.linalg.norm(end, axis=-1, keepdims=True) for end in (first, last))
    u, v = first / from_length, last / to_length
    angle = np.arccos(np.clip((u * v).sum(axis=-1, keepdims=True), -1, 1))
    sine = np.sin(angle)
    turned = (np.sin((1 - t) * angle) * u + np.sin(t * angle) * v) / np.maximum(sine, FLAT)
    return _between(from_length, to_length, t) * np.where(sine > FLAT, turned, _between(u, v, t))


def paths(
    first: Encodings, last: Encodings, used: Bool[np.ndarray, " latent"], points: int, rng: np.random.Generator
) -> Float[np.ndarray, "ways points n latent"]:
    """Compute latent points at evenly spaced t from 0 to 1, the ways in the order of `ways.WAYS`.

    Args:
        first: the posteriors of the images at t = 0.
        last: those of the images at t = 1.
        used: true for each unit in use. The great circle is one of these; the others, which the decoder ignores, go
            straight.
        points: number of points per path, both ends included.
        rng: random numbers of the draws.
    """
    shape = first.mean.shape
    start, stop = first.draw(rng), last.draw(rng)
    fresh, kept = rng.standard_normal((points, *shape)), rng.standard_normal(shape)
    times = np.linspace(0, 1, points)
    between = [interpolated(first, last, t) for t in times]
    straight = np.stack([_between(start, stop, t) for t in times])
    turning = straight.copy()
    turning[..., used] = [great_circle(start[:, used], stop[:, used], t) for t in times]
    return np.stack(
        [
            np.stack([q.mean for q in between]),
            straight,
            np.stack([q.mean + q.deviation * own for q, own in zip(between, fresh, strict=True)]),
            np.stack([q.mean + q.deviation * kept for q in between]),
            turning,
        ]
    )


def join(
    model: LatentVariableModel,
    space: LatentSpace,
    x: UInt8[np.ndarray, "n pixels"],
    pairs: int,
    points: int,
    rng: np.random.Generator,
    device: torch.device,
) -> Arrays:
    """Join random pairs of images by paths, and measure these.

    Args:
        model: decodes the points.
        space: the model's latent space, with the posterior of every image among its `unseen`.
        x: the images; none is in two pairs.
        pairs: number of pairs; fewer where there are fewer images.
        points: number of points per path, both ends included.
        rng: chooses the pairs and makes all draws.
        device: of the model.

    Returns:
        `t`. By way, point and pair: `norm`, the length of z over the units in use, as what the decoder ignores is no
        distance; `entropy`, that of the pixels given z, and `log_ratio`, the estimate of log q(z) / p(z) by which voids
        are found, both in nats. `units`, the number of units in use. And `original`, `probabilities` and `draws`, the
        images at the ends and along the paths of the pair whose ways differ most.
    """
    rows = rng.permutation(len(x))[: 2 * pairs]
    ends = rows[: len(rows) // 2 * 2].reshape(2, -1)
    first, last = (Encodings(space.unseen.mean[end], space.unseen.deviation[end]) for end in ends)
    z = paths(first, last, space.used, points, rng)
    decoded = torch.from_numpy(z).float().to(device)
    distance = [disagreement(probabilities(model, part)) for part in decoded.split(BLOCK, dim=2)]
    shown = int(np.concatenate(distance).argmax())
    probability = probabilities(model, decoded[:, :, shown])
    return {
        "t": np.linspace(0, 1, points),
        "norm": np.linalg.norm(z[..., space.used], axis=-1),
        "entropy": np.stack([entropy(model, way) for way in decoded]),
        "log_ratio": space.log_ratio(z),
        "units": np.array(space.used.sum()),
        "original": x[ends[:, shown]],
        "probabilities": probability,
        "draws": draw_pixels(probability, rng),
    }


def disagreement(images: Float[np.ndarray, "ways points n pixels"]) -> Float[np.ndarray, " n"]:
    """Compute for each pair the largest mean absolute difference of the probabilities between any two ways."""
    ways = [(a, b) for a in range(len(images)) for b in range(a)]
    apart: Float[np.ndarray, " n"] = np.max([np.abs(images[a] - images[b]).mean(axis=(0, 2)) for a, b in ways], axis=0)
    return apart


def _between(
    first: Float[np.ndarray, "n units"], last: Float[np.ndarray, "n units"], t: float
) -> Float[np.ndarray, "n units"]:
    return (1 - t) * first + t * last
