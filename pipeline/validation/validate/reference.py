"""Reference: log likelihoods whose error is small enough for others to be compared with them."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.config import ValidateParams
from pipeline.core.streams import ImageStreams, StreamFactory
from pipeline.likelihood.images import Images
from pipeline.likelihood.mixture import Mixture, mixture_at, mixture_draws
from pipeline.likelihood.modes import climb, distinct, laplace
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals.modes import NEGLIGIBLE
from pipeline.likelihood.reductions import standard_error
from pipeline.likelihood.refinement import Normals, refine
from pipeline.likelihood.weights import log_weights
from pipeline.models.priors import prior_of

WIDTHS, PRIOR_SHARE = {1.05: 0.6, 1.3: 0.25, 1.6: 0.15}, 0.05
ROUND = 40
"""Gradients in a round of refinement."""


class Reference(NamedTuple):
    """Log weights of one image, and the work that they took in decoder passes."""

    log_w: Float64[Tensor, "k 1"]
    passes: float


def reference(image: Images, screen: Screen, params: ValidateParams) -> Reference:
    """Estimate the log likelihood of one image precisely, without the encoder.

    All searches start at points of the prior: those of `screen`, which are other points than those of the scores.
    Draws are added until the standard error is small enough, or there are `max_draws`.

    Args:
        image: one image, with its own random numbers.
        screen: points of the prior.
        params: starts, Newton steps, rounds and draws.
    """
    latent = image.latent_dim
    start, _ = screen.best(image.x, image.y, params.starts)
    tops = climb(image.model, image.x, start, params.newton_steps)
    log_mass = laplace(tops)
    kept = (distinct(tops._replace(value=log_mass)) & (log_mass > log_mass.max() - NEGLIGIBLE))[:, 0]
    modes = int(kept.sum())
    noise = image.streams.named("rounds").normal(params.refine_rounds * ROUND // 2, modes * latent)
    rounds = noise.reshape(params.refine_rounds, ROUND // 2, modes, latent)
    model = image.family.given(image.y.expand(modes))
    found = refine(model, image.x.expand(modes, -1), tops.z[kept, 0], tops.precision[kept, 0], rounds)
    stacked = Normals(*(field.unsqueeze(1) for field in found))
    everyone = torch.ones(modes, 1, dtype=torch.bool, device=image.x.device)
    mixture = mixture_at(stacked, everyone, WIDTHS, prior_of(image.model), PRIOR_SHARE)
    log_w = _enough(image, mixture, params)
    climbs = params.starts * (params.newton_steps + 1) * (latent + 1)
    return Reference(log_w, climbs + 2.0 * ROUND * params.refine_rounds * modes + len(log_w))


def _enough(image: Images, mixture: Mixture, params: ValidateParams) -> Float64[Tensor, "k 1"]:
    """Return log weights of draws, added until the standard error is small enough."""
    normal = image.streams.named("draws")
    parts: list[Float64[Tensor, "k 1"]] = []
    while len(parts) * params.draws < params.max_draws:
        streams = image.streams.below(f"batch {len(parts)}")
        parts.append(_draw(image, mixture, params.draws, normal, streams))
        if standard_error(torch.cat(parts)).max() <= params.target_standard_error:
            break
    return torch.cat(parts)


def _draw(
    image: Images, mixture: Mixture, draws: int, normal: ImageStreams, streams: StreamFactory
) -> Float[Tensor, "k 1"]:
    """Return log weights of new draws. A prior that is not normal draws from `streams`, all else from `normal`."""
    prior = prior_of(image.model)
    noise = normal.normal(draws, image.latent_dim)
    of_prior = prior.draw(noise, streams)
    return log_weights(image.model, image.x, mixture_draws(mixture, prior, of_prior, noise))
