"""Latent points of the prior that explain an image best: starts for the search that owe nothing to the encoder."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from pipeline.vae.density import LabelledModel

SHORTLIST = 64
"""Points an image among which its starts are chosen."""


def screen(
    family: LabelledModel,
    x: Float[Tensor, "n pixels"],
    y: Int64[Tensor, " n"],
    points: Float[Tensor, "b latent"],
    starts: int,
    apart: float = 1.0,
) -> Float[Tensor, "m n latent"]:
    """The points with the largest log p(x | z), for each image, no two of them close to each other.

    All images of one label share the decoded points, so that a matrix product scores every image at
    every point.

    Args:
        family: of models, one for each label.
        x: binary images.
        y: their labels.
        points: drawn from the prior.
        starts: m, points chosen an image.
        apart: least distance between them, in the prior's standard deviations.
    """
    chosen = torch.empty(starts, len(x), points.shape[-1], dtype=points.dtype, device=points.device)
    for label in torch.unique(y):
        rows = torch.nonzero(y == label).squeeze(1)
        scores = family.given(label.reshape(1)).likelihood(points.unsqueeze(1)).log_prob(x[rows])
        chosen[:, rows] = _spread(points, scores, starts, apart)
    return chosen


def _spread(
    points: Float[Tensor, "b latent"], scores: Float[Tensor, "b n"], starts: int, apart: float
) -> Float[Tensor, "m n latent"]:
    """The best point, then the best that is apart from it, and so on; where there is none, the best left."""
    best, places = scores.topk(min(max(SHORTLIST, starts), len(points)), dim=0)
    shortlist, columns = points[places], torch.arange(best.shape[1], device=points.device)
    chosen = []
    for _ in range(starts):
        first = best.argmax(dim=0)
        chosen.append(shortlist[first, columns])
        distance = (shortlist - chosen[-1]).norm(dim=-1)
        best = torch.where(distance < apart, best - 1e6, best)
        best[first, columns] = -torch.inf
    return torch.stack(chosen)
