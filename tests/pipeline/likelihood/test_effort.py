"""What a proposal knows of its image before any weight: how many modes, of what mass, and how much work it takes."""

import math
from functools import partial

import pytest
import torch

from pipeline.core.rng import stream
from pipeline.core.streams import StreamFactory
from pipeline.likelihood.images import Images
from pipeline.likelihood.modes import climb
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import Draws
from pipeline.likelihood.proposals.modes import propose
from pipeline.likelihood.reductions import elbo, standard_error
from pipeline.likelihood.refinement import normal_log_density, refine, solve_all
from pipeline.likelihood.scoring import effort_at, expected_error
from pipeline.likelihood.weights import log_weights
from tests.support.annealed import Unlabelled
from tests.support.densities import every_image, normals, small_vae
from tests.support.parameters import PARAMS

CPU = torch.device("cpu")


@torch.no_grad()
def test_searches_that_end_at_the_same_top_make_one_mode_of_known_mass_and_no_spread():
    params = PARAMS.score
    model, x = Unlabelled(normals(5, 2, seed=1), noise=0.7), normals(40, 5, seed=2)
    images = Images(
        model, x, torch.zeros(40, dtype=torch.long), StreamFactory([partial(stream, 0, n) for n in range(40)], CPU)
    )
    found = propose(images, Screen(model, normals(500, 2)), effort_at(0, params), params)
    assert (found.mixture.share[:-1] > 0).sum(dim=0).eq(len(params.widths)).all()
    assert found.spread.abs().max() < 1e-4


@torch.no_grad()
def test_the_mass_of_a_refined_normal_is_its_bound_and_half_the_spread_of_its_weights():
    model, x = small_vae(pixels=12, latent_dim=4, scale=6.0), torch.from_numpy(every_image(12)[::37]).float()
    rough = climb(model, x, model.posterior(x).mean[None], steps=12)
    fine = refine(model, x, rough.z[0], rough.precision[0], normals(12, 40, len(x), 4, seed=2))
    root = torch.linalg.cholesky(fine.precision)
    noise = normals(4000, len(x), 4, seed=3)
    z = fine.mean + solve_all(root.mT, noise)
    log_w = log_weights(model, x, Draws(z, normal_log_density(root, noise)))
    assert fine.spread.mean().item() == pytest.approx(log_w.var(dim=0).mean().item(), rel=0.1)
    assert (fine.log_mass - fine.spread / 2).mean().item() == pytest.approx(elbo(log_w).mean().item(), abs=0.01)
    assert fine.spread.mean() > 0.04


def test_the_expected_error_is_that_of_weights_that_are_log_normal():
    spread = torch.tensor([0.05, 0.3, 1.0], dtype=torch.float64)
    log_w = spread.sqrt() * normals(400_000, 3).double()
    expected = standard_error(log_w) * math.sqrt(400_000 / 100)
    assert torch.allclose(expected_error(spread, 100), expected, rtol=0.03)


def test_each_level_has_twice_the_starts_and_rounds_and_four_times_the_draws():
    params = PARAMS.score
    for level in range(3):
        assert effort_at(level, params) == (
            params.starts * 2**level,
            params.refine_rounds * 2**level,
            params.draws * 4**level,
        )
