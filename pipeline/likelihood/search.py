"""Searches for the modes of every image's posterior, most of which are given up early."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from pipeline.likelihood.expansion import Expansion, expand
from pipeline.likelihood.modes import damped_step, distinct
from pipeline.vae.density import LabelledModel

MARGIN = 15.0
"""Nats of log p(x, z) by which a search may be below its image's best one after the last step."""
GAIN = 4.0
"""Nats beyond the margin that it may be below for every step still before it."""
MET = 1.5
"""Distance within which two searches are taken to be on their way to the same mode, relative to a normal draw's own."""
SETTLED = 0.1
"""Nats: a search whose step gains less has arrived."""
DAMPING = 0.1
"""Of the first step, relative to the curvature."""
LENGTHS = (1 / 16, 1.0, 16.0)
"""Factors on the damping of the step before that are tried at every step."""


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
    """Climb from the promising starts of every image, and go on with those searches alone that stay in the race.

    Where the posterior is narrow, as with few latent dimensions, points of the prior are far apart for
    it: a start tens of nats below another may lead to the higher mode, which a few steps bring to
    light. Searches that stay far below the best one, or come close to a better one, are given up; one
    that no longer gains rests.

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
    steps = max(0, (budget - cost) // (cost + len(LENGTHS)))
    kept = value > value.amax(dim=0) - MARGIN - GAIN * steps
    kept[0] = True
    image = torch.nonzero(kept)[:, 1]
    first = expand(family.given(y[image]), x[image], start[kept].unsqueeze(0))
    tops = Expansion(*(padded(field[0], kept) for field in first))
    passes, damping, climbing = cost * kept.sum(dim=0).float(), torch.full_like(tops.value, DAMPING), kept
    for left in reversed(range(steps)):
        if not climbing.any():
            break
        passes += (cost + len(LENGTHS)) * climbing.sum(dim=0)
        tops, damping, gaining = _step(family, x, y, tops, damping, climbing)
        kept = kept & _ahead(tops, kept, MARGIN + GAIN * left)
        climbing = kept & gaining
    return Found(tops, kept, passes)


def padded(field: Tensor, place: Bool[Tensor, "m n"]) -> Tensor:
    """Rows put back where they came from; elsewhere a copy of the first one, which no one looks at."""
    whole = field[:1].expand(place.numel(), *field.shape[1:]).clone()
    whole[place.flatten()] = field
    back: Tensor = whole.unflatten(0, place.shape)
    return back


def _step(
    family: LabelledModel,
    x: Float[Tensor, "n pixels"],
    y: Int64[Tensor, " n"],
    tops: Expansion,
    damping: Float[Tensor, "m n"],
    climbing: Bool[Tensor, "m n"],
) -> tuple[Expansion, Float[Tensor, "m n"], Bool[Tensor, "m n"]]:
    """Move those that climb by the best of several Newton steps, where it leads uphill; and say which gain by it."""
    image = torch.nonzero(climbing)[:, 1]
    model, pixels = family.given(y[image]), x[image]
    here = Expansion(*(field[climbing].unsqueeze(0) for field in tops))
    tried = damping[climbing] * torch.tensor(LENGTHS, device=x.device).unsqueeze(-1)
    z = here.z + damped_step(here, tried)
    value, best = (model.likelihood(z).log_prob(pixels) + model.prior.log_prob(z)).max(dim=0, keepdim=True)
    uphill = (value > here.value).unsqueeze(-1)
    there = expand(model, pixels, torch.where(uphill, z.take_along_dim(best.unsqueeze(-1), dim=0), here.z))
    moved = [field.masked_scatter(_like(climbing, field), new) for field, new in zip(tops, there, strict=True)]
    gaining = torch.zeros_like(climbing).masked_scatter(climbing, value > here.value + SETTLED)
    return Expansion(*moved), damping.masked_scatter(climbing, tried.take_along_dim(best, dim=0)), gaining


def _ahead(tops: Expansion, kept: Bool[Tensor, "m n"], margin: float) -> Bool[Tensor, "m n"]:
    value = tops.value.masked_fill(~kept, -torch.inf)
    met = MET * math.sqrt(tops.z.shape[-1])
    return (value > value.amax(dim=0) - margin) & distinct(tops._replace(value=value), met)


def _like(chosen: Bool[Tensor, "m n"], field: Tensor) -> Bool[Tensor, "m n ..."]:
    return chosen.reshape(*chosen.shape, *[1] * (field.ndim - 2)).expand_as(field)
