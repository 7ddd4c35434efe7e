"""The ways to estimate a likelihood that are compared: the encoder's normal, one mode, several modes refined."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Float64
from torch import Tensor

from pipeline.config import AccuracyParams, ScoreParams
from pipeline.likelihood.estimate import Images, effort_at, propose, weigh
from pipeline.likelihood.mixture import mixture_at
from pipeline.likelihood.modes import climb, laplace
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.refinement import Normals
from pipeline.likelihood.weights import log_weights

NEWTON_STEPS = 8
"""Of the search for the one mode."""
NORMAL = 1e6
"""Degrees of freedom from which on Student's t distribution is a normal."""
INFLATION, PRIOR_SHARE = 1.1, 0.05


class Curve(NamedTuple):
    """Log weights of n images of which any first few are an estimate, and the work before the first of them."""

    method: str
    draws: tuple[int, ...]
    log_w: Float64[Tensor, "k n"]
    before: Tensor


def curves(images: Images, screen: Screen, score: ScoreParams, params: AccuracyParams) -> Iterator[Curve]:
    """Draw the weights of every method.

    Args:
        images: a block.
        screen: the points from which the study's searches start.
        score: the study's effort.
        params: numbers of draws.
    """
    latent = screen.points.shape[1]
    posterior = images.model.posterior(images.x)
    noise = images.numbers.of("encoder").normal(params.encoder, latent)
    one = torch.ones(len(images.x), device=images.x.device)
    log_w = log_weights(images.model, images.x, encoder_draws(posterior, noise))
    yield Curve("encoder", (*(k for k in params.curve if k < params.encoder), params.encoder), log_w, one)
    top = climb(images.model, images.x, posterior.mean.unsqueeze(0), NEWTON_STEPS)
    kept = torch.ones_like(top.value, dtype=torch.bool)
    normals = Normals(top.z, top.precision, laplace(top), torch.zeros_like(top.value))
    mixture = mixture_at(normals, kept, INFLATION, NORMAL, PRIOR_SHARE)
    for draws in params.curve:
        yield Curve("mode", (draws,), weigh(images, mixture, draws), one + (NEWTON_STEPS + 1) * (latent + 1))
    proposal = propose(images, screen, effort_at(0, score), score)
    before = proposal.passes + screen.passes(images.x.shape[1])
    for draws in params.curve:
        yield Curve("modes", (draws,), weigh(images, proposal.mixture, draws), before)
