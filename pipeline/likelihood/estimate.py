"""The likelihood of a block of images: search, refine, draw, weigh."""

from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from pipeline.config import ScoreParams
from pipeline.likelihood.mixture import Mixture, laplace_mixture, mixture_draws
from pipeline.likelihood.modes import climb, distinct
from pipeline.likelihood.refinement import refine
from pipeline.likelihood.weights import log_weights
from pipeline.vae.density import LatentVariableModel

Noise = Callable[..., Tensor]
"""Standard normal numbers of the images of a block: called with a purpose and the shape around the images."""

FLATTENING = 0.5
"""Power of a mode's mass to which its share of the draws is in proportion."""


class Effort(NamedTuple):
    """How much work goes into one image."""

    starts: int
    steps: int
    rounds: int
    round_draws: int
    draws: int


def effort_at(level: int, params: ScoreParams) -> Effort:
    """The effort of a level: twice the starts and four times the draws of the one before."""
    starts = max(params.starts, 1) * 2**level if level else params.starts
    return Effort(starts, params.steps * (1 + level), params.rounds, params.round_draws, params.draws * 4**level)


def propose(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    start: Float[Tensor, "m n latent"],
    noise: Float[Tensor, "rounds half m n latent"],
    steps: int,
    params: ScoreParams,
) -> Mixture:
    """The mixture that latent points are drawn from: each mode once, with a normal that fits on average."""
    modes = climb(model, x, start, steps)
    kept = distinct(modes)
    return laplace_mixture(refine(model, x, modes, noise), kept, params.inflation, params.prior_share, FLATTENING)


def weigh(
    model: LatentVariableModel, x: Float[Tensor, "n pixels"], mixture: Mixture, noise: Float[Tensor, "k n latent"]
) -> Float[Tensor, "k n"]:
    """Log importance weights of draws from the mixture."""
    return log_weights(model, x, mixture_draws(mixture, model.prior, noise))
