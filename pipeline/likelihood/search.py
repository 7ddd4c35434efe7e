"""Searches for the modes of every image's posterior, of which those that start far below are given up early."""

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
"""Nats of log p(x, z) below its image's best start within which one is near, and a race is won."""
GAIN = 10.0
"""Nats beyond the margin that a search may be below the best one for every step still before it."""
UNMOVED = 15.0
"""Nats by which a start is near the best one where the budget allows no step, and what it lacks says less."""
MET = 1.5
"""Distance within which two searches are taken to be on their way to the same mode, relative to a normal draw's own."""
SETTLED = 0.1
"""Nats: a search whose step gains less has arrived."""
DAMPING = 0.1
"""Of the first step, relative to the curvature."""
LENGTHS = (1 / 16, 1.0, 16.0)
"""Factors on the damping of the step before that are tried at every step."""

Asked = Callable[[Bool[Tensor, "m n"]], tuple[LatentVariableModel, Float[Tensor, "k pixels"]]]
"""Gives the model and the image of each search that is marked."""


class Found(NamedTuple):
    """Where the searches of n images ended."""

    tops: Expansion
    """m an image; what is said of a search that was given up means nothing."""
    kept: Bool[Tensor, "m n"]
    """Which searches were not given up, one an image at least."""
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
    """Climb from all starts near an image's best one, and from others for as long as they stay in the race.

    Where the posterior is narrow, as with few latent dimensions, points of the prior are far apart for
    it: a start tens of nats below another may lead to the higher mode, which a few steps bring to
    light. Of those that start far below, searches that stay far below the best one, or come close to a
    better one, are given up; one that no longer gains rests.

    Args:
        family: of models, one for each label.
        x: images.
        y: their labels.
        start: points from which searches may begin; the first of every image is followed in any case.
        value: log p(x, z) there, in nats.
        budget: decoder passes that one search may take. To expand log p(x, z) about a point takes one
            more than there are latent dimensions; to choose the length of a step, one a length.
    """
    cost = start.shape[-1] + 1
    whole, steps = max(0, budget // cost - 1), max(0, (budget - cost) // (cost + len(LENGTHS)))
    below = value.amax(dim=0) - value
    near = ~(below >= (MARGIN if steps else UNMOVED))
    far = ~near & (below < MARGIN + GAIN * steps)
    far[0] = ~near[0]
    climbed = climb(*_asked(family, x, y, near), start[near].unsqueeze(0), whole)
    tops = Expansion(*(padded(field[0], near) for field in climbed))
    passes = cost * (whole + 1) * near.sum(dim=0).float()
    if not far.any():
        return Found(tops, near, passes)
    tops = _put(tops, far, expand(*_asked(family, x, y, far), start[far].unsqueeze(0)))
    tops, ahead, moves = _race(partial(_asked, family, x, y), tops, near, far, steps)
    return Found(tops, near | ahead, passes + cost * far.sum(dim=0) + (cost + len(LENGTHS)) * moves)


def padded(field: Tensor, place: Bool[Tensor, "m n"]) -> Tensor:
    """Rows put back where they came from; elsewhere a copy of the first one, which no one looks at."""
    whole = field[:1].expand(place.numel(), *field.shape[1:]).clone()
    whole[place.flatten()] = field
    back: Tensor = whole.unflatten(0, place.shape)
    return back


def _race(
    asked: Asked, tops: Expansion, near: Bool[Tensor, "m n"], far: Bool[Tensor, "m n"], steps: int
) -> tuple[Expansion, Bool[Tensor, "m n"], Float[Tensor, " n"]]:
    """Climb from the far points; and say which were not given up, and how many steps an image's searches took."""
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
    """Move those that climb by the best of several Newton steps, where it leads uphill; and say which gain by it."""
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
