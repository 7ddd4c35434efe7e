"""The study's proposal: a mixture over all modes that searches find, each refined, with a share of the prior."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from pipeline.config import ScoreParams
from pipeline.core.device import product_dtype
from pipeline.likelihood.expansion import Expansion
from pipeline.likelihood.images import Images
from pipeline.likelihood.mixture import MixtureProposal, mixture_at
from pipeline.likelihood.modes import distinct, laplace
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import Effort
from pipeline.likelihood.refinement import Normals, refine
from pipeline.likelihood.search import padded, search
from pipeline.models.priors import prior_of

NEGLIGIBLE = 8.0
"""Nats of mass by which a mode may be below the best one and still be drawn from."""


def propose(images: Images, screen: Screen, effort: Effort, params: ScoreParams) -> MixtureProposal:
    """Find the modes of every image's posterior, and a normal for each.

    Searches start at the encoder's mean and at the best of the prior's points; those that lead to the same mode
    count once.
    """
    start, value = _starts(images, screen, effort.starts)
    return propose_from(start, value, images, screen, effort, params)


def propose_from(
    start: Float[Tensor, "m n latent"],
    value: Float[Tensor, "m n"],
    images: Images,
    screen: Screen,
    effort: Effort,
    params: ScoreParams,
) -> MixtureProposal:
    """Find the modes to which searches from given points lead, and a normal for each.

    Args:
        start: points from which searches may begin.
        value: log p(x, z) there, in nats.
        images: see `Propose`, as all that follows.
        screen: the points of the prior, whose cost is counted.
        effort: for each image.
        params: what does not depend on the effort.
    """
    tops, found, climbs = search(images.family, images.x, images.y, start, value, params.search_passes)
    log_mass = laplace(tops).masked_fill(~found, -torch.inf)
    kept = distinct(tops._replace(value=log_mass.round(decimals=1))) & (log_mass > log_mass.amax(dim=0) - NEGLIGIBLE)
    tops, kept = _packed(tops, kept)
    half = max(1, min(params.refine_draws, 2 * images.latent_dim) // 2)
    normals = _refined(
        images, tops, kept, (effort.rounds, half), product_dtype(params.refine_precision, images.x.device)
    )
    prior = prior_of(images.model)
    widths = dict(zip(params.widths, params.width_shares, strict=True))
    mixture = mixture_at(normals, kept, widths, prior, params.prior_share)
    mass = torch.softmax(normals.log_mass.masked_fill(~kept, -torch.inf), dim=0)
    spread = (mass * normals.spread).sum(dim=0)
    passes = climbs + 4.0 * half * effort.rounds * kept.sum(dim=0)
    return MixtureProposal(mixture, prior, passes, screen.passes(images.x.shape[1]), spread)


def _starts(images: Images, screen: Screen, starts: int) -> tuple[Float[Tensor, "m n latent"], Float[Tensor, "m n"]]:
    """Return the encoder's mean and the best points, with log p(x, z) at each."""
    model = images.model
    guess = model.posterior(images.x).mean.unsqueeze(0)
    value = model.likelihood(guess).log_prob(images.x)
    chosen, reached = screen.best(images.x, images.y, starts)
    start = torch.cat([guess, chosen])
    return start, torch.cat([value, reached]) + model.prior.log_prob(start)


def _packed(tops: Expansion, kept: Bool[Tensor, "m n"]) -> tuple[Expansion, Bool[Tensor, "k n"]]:
    """Move each image's kept modes to the front, and drop the places that no image has a mode for."""
    order = (~kept).long().argsort(dim=0, stable=True)[: int(kept.sum(dim=0).max())]
    fields = (field.take_along_dim(order.reshape(*order.shape, *[1] * (field.ndim - 2)), dim=0) for field in tops)
    return Expansion(*fields), kept.take_along_dim(order, dim=0)


def _refined(
    images: Images, modes: Expansion, kept: Bool[Tensor, "m n"], shape: tuple[int, int], products: torch.dtype
) -> Normals:
    slot, image = torch.nonzero(kept, as_tuple=True)
    draws = math.prod(shape)
    noise = [images.streams.named(f"round {one}").normal(draws, images.latent_dim) for one in range(len(kept))]
    chosen = torch.stack(noise, dim=1)[:, slot, image].unflatten(0, shape)
    model = images.family.given(images.y[image])
    found = refine(model, images.x[image], modes.z[kept], modes.precision[kept], chosen, products)
    return Normals(*(padded(field, kept) for field in found))
