"""Laplace's approximation at the one mode to which the encoder's mean leads, with a share of the prior."""

import torch

from pipeline.config import ScoreParams
from pipeline.likelihood.images import Images
from pipeline.likelihood.mixture import MixtureProposal, mixture_at
from pipeline.likelihood.modes import climb, laplace
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import Effort
from pipeline.likelihood.refinement import Normals
from pipeline.models.priors import prior_of

NEWTON_STEPS = 8
"""Of the search."""
WIDTHS, PRIOR_SHARE = {1.1: 1.0}, 0.05


def propose(images: Images, screen: Screen, effort: Effort, params: ScoreParams) -> MixtureProposal:  # noqa: ARG001
    """Climb from the encoder's mean, and take the normal whose precision is the curvature at the top."""
    top = climb(images.model, images.x, images.model.posterior(images.x).mean.unsqueeze(0), NEWTON_STEPS)
    normals = Normals(top.z, top.precision, laplace(top), torch.zeros_like(top.value))
    prior = prior_of(images.model)
    mixture = mixture_at(normals, torch.ones_like(top.value, dtype=torch.bool), WIDTHS, prior, PRIOR_SHARE)
    passes = torch.ones(len(images.x), device=images.x.device) + (NEWTON_STEPS + 1) * (images.latent_dim + 1)
    return MixtureProposal(mixture, prior, passes, 0.0, None)
