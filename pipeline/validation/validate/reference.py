"""Likelihoods with an error small enough to hold others against them."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.config import AccuracyParams
from pipeline.core.streams import Noise
from pipeline.likelihood.estimate import NEGLIGIBLE, Images
from pipeline.likelihood.mixture import Mixture, mixture_at, mixture_draws
from pipeline.likelihood.modes import climb, distinct, laplace
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.reductions import standard_error
from pipeline.likelihood.refinement import Normals, refine
from pipeline.likelihood.weights import log_weights

INFLATION, DEGREES, PRIOR_SHARE = 1.1, 8.0, 0.05
ROUND = 40
"""Slopes that are seen in a round of refinement."""


class Reference(NamedTuple):
    """Log weights of one image, and the work they took in decoder passes."""

    log_w: Float64[Tensor, "k 1"]
    passes: float


def reference(image: Images, screen: Screen, params: AccuracyParams) -> Reference:
    """Estimate the likelihood of one image without its encoder, at whatever cost.

    All searches start at points of the prior: those of `screen`, which are not the ones that the scores
    start from. Draws are added until the standard error is small enough, or there are too many.

    Args:
        image: one, with random numbers of its own.
        screen: points of the prior.
        params: starts, Newton steps, rounds and draws.
    """
    latent = screen.points.shape[1]
    start, _ = screen.best(image.x, image.y, params.starts)
    tops = climb(image.model, image.x, start, params.steps)
    log_mass = laplace(tops)
    kept = (distinct(tops._replace(value=log_mass)) & (log_mass > log_mass.max() - NEGLIGIBLE))[:, 0]
    modes = int(kept.sum())
    noise = image.numbers.of("rounds").normal(params.rounds * ROUND // 2, modes * latent)
    rounds = noise.reshape(params.rounds, ROUND // 2, modes, latent)
    model = image.family.given(image.y.expand(modes))
    found = refine(model, image.x.expand(modes, -1), tops.z[kept, 0], tops.precision[kept, 0], rounds)
    stacked = Normals(*(field.unsqueeze(1) for field in found))
    everyone = torch.ones(modes, 1, dtype=torch.bool, device=image.x.device)
    mixture = mixture_at(stacked, everyone, INFLATION, DEGREES, PRIOR_SHARE)
    log_w = _enough(image, mixture, params)
    climbs = params.starts * (params.steps + 1) * (latent + 1)
    return Reference(log_w, climbs + 2.0 * ROUND * params.rounds * modes + len(log_w))


def _enough(image: Images, mixture: Mixture, params: AccuracyParams) -> Float64[Tensor, "k 1"]:
    normal, tails = image.numbers.of("draws"), image.numbers.of("tails")
    parts: list[Float64[Tensor, "k 1"]] = []
    while len(parts) * params.draws < params.most:
        parts.append(_draw(image, mixture, params.draws, normal, tails))
        if standard_error(torch.cat(parts)).max() <= params.error:
            break
    return torch.cat(parts)


def _draw(image: Images, mixture: Mixture, draws: int, normal: Noise, tails: Noise) -> Float[Tensor, "k 1"]:
    noise, chi_squared = normal.normal(draws, mixture.mean.shape[-1]), tails.chi_squared(draws, mixture.degrees)
    return log_weights(image.model, image.x, mixture_draws(mixture, image.model.prior, noise, chi_squared))
