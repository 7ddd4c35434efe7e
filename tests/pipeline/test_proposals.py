"""The mixture that importance sampling draws from: its density, its modes, its shares."""

import math
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from pipeline.likelihood.expansion import expand, gauss_newton, second_derivatives
from pipeline.likelihood.mixture import allot, laplace_mixture, log_density, mixture_draws
from pipeline.likelihood.modes import climb, distinct
from pipeline.likelihood.reductions import effective_draws, log_marginal
from pipeline.likelihood.refinement import refine
from pipeline.likelihood.screening import screen
from pipeline.likelihood.weights import log_weights
from tests.densities import LinearGaussian, every_image, small_vae


@pytest.fixture
def linear():
    loading = torch.randn(5, 2, generator=torch.Generator().manual_seed(1))
    return LinearGaussian(loading, noise=0.7), torch.randn(40, 5, generator=torch.Generator().manual_seed(2))


def normals(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("way", [gauss_newton, second_derivatives])
def test_the_gradient_is_the_slope_of_the_log_likelihood(way):
    model, x, z = small_vae(pixels=6, latent_dim=3), torch.from_numpy(every_image(6)).float(), normals(2, 64, 3)
    value, slope, _ = way(model, x, z)
    step = 1e-3 * normals(2, 64, 3, seed=1)
    with torch.no_grad():
        ahead, behind = (model.likelihood(z + sign * step).log_prob(x) for sign in (1, -1))
    assert torch.allclose(value.double(), model.likelihood(z).log_prob(x), atol=1e-5)
    assert torch.allclose((slope * step).sum(dim=-1).double(), (ahead - behind) / 2, atol=2e-5)


@torch.no_grad()
def test_the_fast_curvature_is_the_exact_one():
    model, x, z = small_vae(pixels=6, latent_dim=3), torch.from_numpy(every_image(6)).float(), normals(2, 64, 3)
    for fast, exact in zip(gauss_newton(model, x, z), second_derivatives(model, x, z), strict=True):
        assert torch.allclose(fast.double(), exact.double(), atol=1e-4)


@torch.no_grad()
def test_the_precision_of_a_linear_gaussian_model_is_that_of_its_posterior(linear):
    model, x = linear
    found = expand(model, x, normals(3, 40, 2))
    assert torch.allclose(found.precision, (torch.eye(2) + model.loading.T @ model.loading / 0.49).expand(3, 40, 2, 2))


@torch.no_grad()
def test_one_step_leads_to_the_mean_of_a_normal_posterior(linear):
    model, x = linear
    found = climb(model, x, normals(2, 40, 2), steps=12)
    assert torch.allclose(found.z, model.posterior(x).mean.expand(2, -1, -1), atol=1e-4)
    assert distinct(found).sum(dim=0).eq(1).all()


@torch.no_grad()
def test_climbing_never_goes_down_and_ends_at_a_top():
    model, x = small_vae(pixels=6, latent_dim=2), torch.from_numpy(every_image(6)).float()
    before, after = expand(model, x, normals(4, 64, 2)), climb(model, x, normals(4, 64, 2), steps=40)
    around = [expand(model, x, after.z + 0.02 * normals(4, 64, 2, seed=seed)).value for seed in range(1, 20)]
    assert (after.value >= before.value).all()
    assert (torch.stack(around) - after.value).quantile(0.99) < 0.005


@torch.no_grad()
def test_the_mixture_with_exact_modes_estimates_without_error(linear):
    model, x = linear
    modes = climb(model, x, normals(3, 40, 2), steps=12)
    mixture = laplace_mixture(modes, distinct(modes), inflation=1.0, prior_share=0.0, flattening=1.0)
    draws = mixture_draws(mixture, model.prior, normals(8, 40, 2))
    assert torch.allclose(log_weights(model, x, draws), model.log_marginal(x).double().expand(8, -1), atol=1e-3)


@torch.no_grad()
def test_the_mixture_is_a_density():
    model, x = small_vae(pixels=4, latent_dim=2), torch.from_numpy(every_image(4)).float()
    modes = climb(model, x, normals(3, 16, 2), steps=4)
    mixture = laplace_mixture(modes, distinct(modes), inflation=1.2, prior_share=0.05, flattening=0.5)
    axis = torch.linspace(-9, 9, 301)
    grid = torch.cartesian_prod(axis, axis)
    density = log_density(mixture, model.prior, grid[:, None].expand(-1, 16, -1)).exp()
    assert torch.allclose(density.sum(dim=0) * (18 / 300) ** 2, torch.ones(16), atol=1e-3)


def test_every_component_gets_its_share_of_the_draws():
    share = torch.tensor([[0.5, 0.0], [0.3, 0.93], [0.2, 0.07]])
    component = allot(share, 100)
    counts = torch.stack([(component == index).sum(dim=0) for index in range(3)])
    assert counts.tolist() == [[50, 0], [30, 93], [20, 7]]


@dataclass(frozen=True)
class TwoHills:
    """One pixel whose value is |z| with little noise: its posterior has two far modes, and the guess knows one."""

    noise: float = 0.05

    @property
    def prior(self) -> Distribution:
        return Independent(Normal(torch.zeros(1), torch.ones(1)), 1)

    def posterior(self, x: Tensor) -> Distribution:
        return Independent(Normal(x, torch.full_like(x, self.noise)), 1)

    def likelihood(self, z: Tensor) -> Distribution:
        return Independent(Normal(z.abs(), self.noise), 1)

    def given(self, y: Tensor) -> "TwoHills":  # noqa: ARG002 (it has no use for labels)
        return self


@torch.no_grad()
def test_both_of_two_far_modes_are_found_though_the_guess_knows_one():
    model, x = TwoHills(), torch.tensor([[1.5], [2.0]])
    points = normals(2000, 1)
    starts = torch.cat([model.posterior(x).mean[None], screen(model, x, torch.zeros(2).long(), points, starts=2)])
    modes = climb(model, x, starts, steps=8)
    kept = distinct(modes)
    assert kept.sum(dim=0).tolist() == [2, 2]
    mixture = laplace_mixture(modes, kept, inflation=1.1, prior_share=0.05, flattening=0.5)
    found = log_marginal(log_weights(model, x, mixture_draws(mixture, model.prior, normals(4000, 2, 1, seed=5))))
    grid = torch.linspace(-6, 6, 200_001)[:, None, None]
    joint = (model.likelihood(grid.expand(-1, 2, -1)).log_prob(x) + model.prior.log_prob(grid)).double()
    assert torch.allclose(found, torch.logsumexp(joint, dim=0) + math.log(12 / 200_000), atol=0.02)


@torch.no_grad()
def test_a_normal_posterior_is_refined_to_itself(linear):
    model, x = linear
    modes = climb(model, x, normals(2, 40, 2), steps=12)
    found = refine(model, x, modes, normals(2, 3, 2, 40, 2))
    assert torch.allclose(found.z, modes.z, atol=1e-4)
    assert torch.allclose(found.precision, modes.precision, atol=1e-3)


@torch.no_grad()
def test_refined_normals_make_more_of_the_same_draws():
    model, x = small_vae(pixels=12, latent_dim=4, scale=12.0), torch.from_numpy(every_image(12)[::37]).float()
    rough = climb(model, x, model.posterior(x).mean[None], steps=12)
    fine = refine(model, x, rough, normals(3, 8, 1, len(x), 4, seed=2))
    share, spread = [], normals(500, len(x), 4, seed=3)
    for modes in (rough, fine):
        mixture = laplace_mixture(modes, distinct(modes), inflation=1.1, prior_share=0.05, flattening=1.0)
        share.append(effective_draws(log_weights(model, x, mixture_draws(mixture, model.prior, spread))).mean())
    assert share[1] > 1.05 * share[0]
