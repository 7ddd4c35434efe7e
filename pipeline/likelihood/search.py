"""Search for the modes of every image's posterior; searches that start and stay far below the best are given up."""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from pipeline.likelihood.expansion import Expansion, expand
from pipeline.likelihood.modes import climb, damped_step, distinct
from pipeline.models.density import LabelledModel, LatentVariableModel

MARGIN = 4.0
"""A start within this many nats of log p(x, z) of the image's best start is near: its search always runs to the end."""
GAIN = 10.0
"""Nats beyond the margin by which a far search may be below the best, per remaining step, before it is given up."""
UNMOVED = 15.0
"""The same margin in nats where the budget allows no step, so that values at the starts alone decide."""
MET = 1.5
"""Distance within which two searches count as one, relative to the root of the number of latent dimensions."""
SETTLED = 0.1
"""Gain in nats below which a search has converged."""
DAMPING = 0.1
"""Damping of the first step, relative to the curvature."""
LENGTHS = (1 / 16, 1.0, 16.0)
"""Each step tries the previous damping times each of these factors."""

Asked = Callable[[Bool[Tensor, "m n"]], tuple[LatentVariableModel, Float[Tensor, "k pixels"]]]
"""Returns the model and the image of each marked search."""


class Found(NamedTuple):
    """End points of the searches of n images."""

    tops: Expansion
    """m per image; values of searches that were given up are meaningless."""
    kept: Bool[Tensor, "m n"]
    """Searches that were not given up, at least one per image."""
    passes: Float[Tensor, " n"]
    """Decoder passes that an image's searches took."""


def search(
    family: LabelledModel,
    x: Float[Tensor, "n pixels"],
    y: Int64[Tensor, " n"],
    start: Float[Tensor, "m n latent"],
    value: Float[Tensor, "m n"],
    budget: int,
) -> Found:
    """Climb from all starts near an image's best start, and from others while they can still overtake it.

    Where the posterior is narrow, as with few latent dimensions, points of the prior are far apart on its scale: a
    start tens of nats below another may lead to the higher mode, as a few steps show. Of the searches that start far
    below, those that stay far below the best, or come close to a better one, are given up. A search that no longer
    gains is not moved further.

    Args:
        family: of models, one for each label.
        x: images.
        y: their labels.
        start: points from which searches may begin; the search from the first is begun in any case.
        value: log p(x, z) there, in nats.
        budget: decoder passes that one search may take, which gives the number of steps of all searches. To expand
            log p(x, z) about a point takes one pass more than there are latent dimensions; to choose the length of a
            step, which only starts far below the best do, one per length.
    """
    cost = start.shape[-1] + 1
    steps = max(0, (budget - cost) // (cost + len(LENGTHS)))
    below = value.amax(dim=0) - value
    near = ~(below >= (MARGIN if steps else UNMOVED))
    far = ~near & (below < MARGIN + GAIN * steps)
    far[0] = ~near[0]
    climbed = climb(*_asked(family, x, y, near), start[near].unsqueeze(0), steps)
    tops = Expansion(*(padded(field[0], near) for field in climbed))
    passes = cost * (steps + 1) * near.sum(dim=0).float()
    if not far.any():
        return Found(tops, near, passes)
    tops = _put(tops, far, expand(*_asked(family, x, y, far), start[far].unsqueeze(0)))
    tops, ahead, moves = _prune_searches(partial(_asked, family, x, y), tops, near, far, steps)
    return Found(tops, near | ahead, passes + cost * far.sum(dim=0) + (cost + len(LENGTHS)) * moves)


def padded(field: Tensor, place: Bool[Tensor, "m n"]) -> Tensor:
    """Put rows back where they came from; other places hold a copy of the first row and are not used."""
    whole = field[:1].expand(place.numel(), *field.shape[1:]).clone()
    whole[place.flatten()] = field
    back: Tensor = whole.unflatten(0, place.shape)
    return back


def _prune_searches(
    asked: Asked, tops: Expansion, near: Bool[Tensor, "m n"], far: Bool[Tensor, "m n"], steps: int
) -> tuple[Expansion, Bool[Tensor, "m n"], Float[Tensor, " n"]]:
    """Climb from the far points, and return the ends, whether each was kept, and the number of steps per image."""
    damping, climbing, moves = torch.full_like(tops.value, DAMPING), far, torch.zeros_like(tops.value[0])
    for left in reversed(range(steps)):
        if not climbing.any():
            break
        moves += climbing.sum(dim=0)
        tops, damping, gaining = _step(asked, tops, damping, climbing)
        far = far & _ahead(tops, near | far, MARGIN + GAIN * left)
        climbing = climbing & far & gaining
    return tops, far, moves


def _step(
    asked: Asked, tops: Expansion, damping: Float[Tensor, "m n"], climbing: Bool[Tensor, "m n"]
) -> tuple[Expansion, Float[Tensor, "m n"], Bool[Tensor, "m n"]]:
    """Move climbing searches by the best of several Newton steps, if it gains; also return which still gain."""
    model, x = asked(climbing)
    here = Expansion(*(field[climbing].unsqueeze(0) for field in tops))
    tried = damping[climbing] * torch.tensor(LENGTHS, device=x.device).unsqueeze(-1)
    z = here.z + damped_step(here, tried)
    value, best = (model.likelihood(z).log_prob(x) + model.prior.log_prob(z)).max(dim=0, keepdim=True)
    uphill = (value > here.value).unsqueeze(-1)
    there = expand(model, x, torch.where(uphill, z.take_along_dim(best.unsqueeze(-1), dim=0), here.z))
    gaining = torch.zeros_like(climbing).masked_scatter(climbing, value > here.value + SETTLED)
    return _put(tops, climbing, there), damping.masked_scatter(climbing, tried.take_along_dim(best, dim=0)), gaining


def _ahead(tops: Expansion, kept: Bool[Tensor, "m n"], margin: float) -> Bool[Tensor, "m n"]:
    value = tops.value.masked_fill(~kept, -torch.inf)
    met = MET * math.sqrt(tops.z.shape[-1])
    return (value > value.amax(dim=0) - margin) & distinct(tops._replace(value=value), met)


def _asked(
    family: LabelledModel, x: Float[Tensor, "n pixels"], y: Int64[Tensor, " n"], place: Bool[Tensor, "m n"]
) -> tuple[LatentVariableModel, Float[Tensor, "k pixels"]]:
    image = torch.nonzero(place)[:, 1]
    return family.given(y[image]), x[image]


def _put(tops: Expansion, place: Bool[Tensor, "m n"], new: Expansion) -> Expansion:
    return Expansion(*(old.masked_scatter(_like(place, old), one) for old, one in zip(tops, new, strict=True)))


def _like(chosen: Bool[Tensor, "m n"], field: Tensor) -> Bool[Tensor, "m n ..."]:
    return chosen.reshape(*chosen.shape, *[1] * (field.ndim - 2)).expand_as(field)
