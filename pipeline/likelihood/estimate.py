"""The likelihood of a block of images: find the modes, fit the normals, draw, weigh."""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from pipeline.config import ScoreParams
from pipeline.core.streams import Numbers
from pipeline.likelihood.expansion import Expansion
from pipeline.likelihood.mixture import Mixture, mixture_at, mixture_draws
from pipeline.likelihood.modes import distinct, laplace
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.reductions import elbo
from pipeline.likelihood.refinement import Normals, refine
from pipeline.likelihood.search import padded, search
from pipeline.likelihood.weights import log_weights
from pipeline.models.density import LabelledModel, LatentVariableModel

NEGLIGIBLE = 8.0
"""Nats of mass by which a mode may stand below the best one and still be drawn from."""


class Images(NamedTuple):
    """Images, their labels, the family of models they are asked about, and their random numbers."""

    family: LabelledModel
    x: Float[Tensor, "n pixels"]
    y: Int64[Tensor, " n"]
    numbers: Numbers

    @property
    def model(self) -> LatentVariableModel:
        """The model of these images."""
        return self.family.given(self.y)

    def only(self, kept: Bool[Tensor, " n"]) -> "Images":
        """Some of the images."""
        return Images(self.family, self.x[kept], self.y[kept], self.numbers.only(kept))


class Effort(NamedTuple):
    """How much work goes into one image."""

    starts: int
    rounds: int
    draws: int


class Proposal(NamedTuple):
    """Where the latent points of n images are drawn from."""

    mixture: Mixture
    spread: Float[Tensor, " n"]
    """Variance of an image's log weights, as the draws of the refinement tell it."""
    passes: Float[Tensor, " n"]
    """Decoder passes that it took."""


def effort_at(level: int, params: ScoreParams) -> Effort:
    """The effort of a level: twice the starts and rounds and four times the draws of the one before."""
    return Effort(params.starts * 2**level, params.rounds * 2**level, params.draws * 4**level)


def expected_error(spread: Float[Tensor, " n"], draws: int) -> Float[Tensor, " n"]:
    """Standard error in nats that so many draws would have, were their weights log-normal."""
    return torch.sqrt(torch.expm1(spread) / draws)


def bound(images: Images, draws: int) -> Float64[Tensor, " n"]:
    """The evidence lower bound of each image, in nats, from draws of the encoder."""
    posterior = images.model.posterior(images.x)
    noise = images.numbers.of("bound").normal(draws, posterior.event_shape[0])
    return elbo(log_weights(images.model, images.x, encoder_draws(posterior, noise)))


def propose(images: Images, screen: Screen, effort: Effort, params: ScoreParams) -> Proposal:
    """Find the modes of every image's posterior, and a normal for each.

    Searches start at the encoder's mean and at the best of the prior's points; those that lead to the
    same mode count once.

    Args:
        images: a block of them.
        screen: points of the prior, shared by all images.
        effort: for each image.
        params: what does not depend on the effort.
    """
    latent = screen.points.shape[1]
    start, value = _starts(images, screen, effort.starts)
    tops, found, climbs = search(images.family, images.x, images.y, start, value, params.climb)
    log_mass = laplace(tops).masked_fill(~found, -torch.inf)
    kept = distinct(tops._replace(value=log_mass.round(decimals=1))) & (log_mass > log_mass.amax(dim=0) - NEGLIGIBLE)
    half = max(1, min(params.round_draws, 2 * latent) // 2)
    normals = _refined(images, tops, kept, (effort.rounds, half), getattr(torch, params.round_precision))
    mixture = mixture_at(normals, kept, params.inflation, params.degrees, params.prior_share)
    mass = torch.softmax(normals.log_mass.masked_fill(~kept, -torch.inf), dim=0)
    return Proposal(mixture, (mass * normals.spread).sum(dim=0), climbs + 4.0 * half * effort.rounds * kept.sum(dim=0))


def weigh(images: Images, mixture: Mixture, draws: int) -> Float64[Tensor, "k n"]:
    """Log importance weights of so many draws from the mixture."""
    noise = images.numbers.of("draws").normal(draws, mixture.mean.shape[-1])
    chi_squared = images.numbers.of("tails").chi_squared(draws, mixture.degrees)
    model = images.model
    return log_weights(model, images.x, mixture_draws(mixture, model.prior, noise, chi_squared))


def _starts(images: Images, screen: Screen, starts: int) -> tuple[Float[Tensor, "m n latent"], Float[Tensor, "m n"]]:
    """The encoder's mean and the best points, with log p(x, z) at each."""
    model = images.model
    guess = model.posterior(images.x).mean.unsqueeze(0)
    value = model.likelihood(guess).log_prob(images.x)
    chosen, reached = screen.best(images.x, images.y, starts)
    start = torch.cat([guess, chosen])
    return start, torch.cat([value, reached]) + model.prior.log_prob(start)


def _refined(
    images: Images, modes: Expansion, kept: Bool[Tensor, "m n"], shape: tuple[int, int], products: torch.dtype
) -> Normals:
    slot, image = torch.nonzero(kept, as_tuple=True)
    latent = modes.z.shape[-1]
    noise = [images.numbers.of(f"round {one}").normal(math.prod(shape), latent) for one in range(len(kept))]
    chosen = torch.stack(noise, dim=1)[:, slot, image].unflatten(0, shape)
    model = images.family.given(images.y[image])
    found = refine(model, images.x[image], modes.z[kept], modes.precision[kept], chosen, products)
    return Normals(*(padded(field, kept) for field in found))
