import math
from functools import partial

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal

from pipeline.likelihood.expansion import Expansion
from pipeline.validation.certify.integrate import heavy, integrate
from pipeline.validation.certify.quadrature import log_integral, rule
from tests.support.annealed import block_of, linear_model, simulated
from tests.support.densities import every_image, grid_log_likelihood, small_vae


def normals(means, deviations, shares):
    """The log density of a made-up mixture, and its components."""
    means, deviations = torch.tensor(means).double(), torch.tensor(deviations).double()

    def log_joint(z):
        each = Normal(means, deviations[:, None]).log_prob(z[..., None, :]).sum(-1)
        return torch.logsumexp(each + torch.tensor(shares).double().log(), dim=-1)

    factors = torch.diag_embed(deviations[:, None].expand(-1, means.shape[1]))
    return log_joint, means, factors


def joint(model, x, z):
    flat = z.float().reshape(-1, 1, z.shape[-1])
    return (model.prior.log_prob(flat) + model.likelihood(flat).log_prob(x)).double().reshape(z.shape[:-1])


def on_a_grid(log_joint, half_width, points):
    axis = torch.linspace(-half_width, half_width, points, dtype=torch.float64)
    z = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1)
    return (torch.logsumexp(log_joint(z).flatten(), dim=0) + 2 * math.log(2 * half_width / (points - 1))).item()


@pytest.mark.parametrize("latent", [1, 3])
def test_the_rule_has_the_moments_of_a_normal(latent):
    u, log_v = rule(5, latent)
    v = log_v.exp()
    moments = [(v[:, None] * u**power).sum(0) for power in (0, 1, 2, 4, 8)]
    for found, wanted in zip(moments, (1, 0, 1, 3, 105), strict=True):
        assert torch.allclose(found, torch.full((latent,), float(wanted)).double(), atol=1e-10)


def test_a_normal_integrates_to_its_mass():
    log_joint, means, factors = normals([[1.0, -2.0]], [0.1], [0.3])
    assert log_integral(log_joint, means, factors, 3, 100) == pytest.approx(math.log(0.3), abs=1e-6)


@pytest.mark.parametrize("distance", [0.0, 1.0, 2.5, 40.0])
@pytest.mark.parametrize("latent", [1, 2])
def test_modes_near_and_far_are_counted_once(distance, latent):
    means = [[0.0] * latent, [distance] * latent]
    log_joint, *around = normals(means, [1.0, 0.4], [0.2, 0.5])
    assert log_integral(log_joint, *around, 25, 1000) == pytest.approx(math.log(0.7), abs=2e-3)


def test_a_mode_given_twice_is_counted_once():
    log_joint, means, factors = normals([[3.0, 1.0]], [0.2], [0.4])
    twice = means.repeat(2, 1), factors.repeat(2, 1, 1)
    assert log_integral(log_joint, *twice, 9, 1000) == pytest.approx(math.log(0.4), abs=1e-6)


def test_a_mode_that_is_not_given_is_missed():
    log_joint, means, factors = normals([[-20.0, 0.0], [20.0, 0.0]], [1.0, 1.0], [0.5, 0.5])
    assert log_integral(log_joint, means[:1], factors[:1], 9, 1000) == pytest.approx(math.log(0.5), abs=1e-6)


def test_a_slanted_density_in_its_own_coordinates():
    factor = torch.tensor([[0.5, 0.0], [1.2, 0.3]]).double()
    target = MultivariateNormal(torch.tensor([1.0, 2.0]).double(), scale_tril=factor)
    found = log_integral(target.log_prob, torch.tensor([[1.0, 2.0]]).double(), factor[None], 3, 100)
    assert found == pytest.approx(0, abs=1e-10)


def test_a_bent_density_agrees_with_a_fine_grid():
    def banana(z):
        return -0.5 * (z[..., 0] ** 2 + (z[..., 1] - 0.3 * z[..., 0] ** 2) ** 2 / 0.3)

    factor = torch.diag(torch.tensor([1.0, math.sqrt(0.3)]).double())
    found = log_integral(banana, torch.zeros(1, 2).double(), factor[None], 30, 1000)
    assert found == pytest.approx(on_a_grid(banana, 12, 1201), abs=1e-3)


def test_blocks_of_any_size_give_the_same():
    log_joint, *around = normals([[0.0, 1.0], [1.0, 0.0]], [1.0, 0.3], [0.5, 0.5])
    assert log_integral(log_joint, *around, 9, 7) == pytest.approx(log_integral(log_joint, *around, 9, 10_000))


def test_of_equal_modes_one_counts_and_of_light_ones_none():
    z = torch.tensor([0.0, 0.5, 5.0, 10.0])[:, None, None]
    value = torch.tensor([-90.0, -90.2, -95.0, -90.0])[:, None]
    precision = torch.tensor([1.0, 1.0, 1.0, 1e14])[:, None, None, None]
    assert heavy(Expansion(z, value, torch.zeros_like(z), precision)).squeeze(1).tolist() == [True, False, True, False]


def test_a_mode_is_as_heavy_as_its_volume_says():
    z, value = torch.tensor([0.0, 100.0, 200.0])[:, None, None], torch.full((3, 1), -90.0)
    precision = torch.tensor([0.0, 26.0, 30.0]).exp()[:, None, None, None]
    assert heavy(Expansion(z, value, torch.zeros_like(z), precision)).squeeze(1).tolist() == [True, True, False]


@torch.no_grad()
def test_a_linear_gaussian_model_is_integrated_exactly():
    model = linear_model(latent=3)
    x = simulated(model, 6).x
    found, error = integrate(model, x, torch.zeros(6, dtype=torch.int64), torch.randn(3, 6, 3), 5, 1000)
    assert torch.allclose(found, model.log_marginal(x).double(), atol=1e-4)
    assert error.max() < 1e-4


@torch.no_grad()
@pytest.mark.parametrize("conditional", [False, True])
def test_a_pixel_model_agrees_with_a_fine_grid(conditional):
    model = small_vae(pixels=8, latent_dim=1, conditional=conditional, scale=1.0)
    x, y = torch.from_numpy(every_image(8)[::17]).float(), torch.arange(16) % 10
    starts = torch.linspace(-2, 2, 9)[:, None, None].expand(-1, len(x), -1)
    found, error = integrate(model, x, y, starts, 41, 1000)
    truth = grid_log_likelihood(model.given(y), x)
    assert (found - truth).abs().max() < 0.02
    assert error.max() < 0.02


@torch.no_grad()
def test_two_dimensions_from_annealed_chains_agree_with_a_fine_grid():
    model, x = small_vae(pixels=10, latent_dim=2, scale=2.0), torch.from_numpy(every_image(10)[::101]).float()
    block = block_of(model, x, temperatures=30)
    found, _ = integrate(model, x, block.y, block.forward(block.tune()).z, 21, 1000)
    truth = [on_a_grid(partial(joint, model, x[row : row + 1]), 7, 281) for row in range(len(x))]
    assert (found - torch.tensor(truth)).abs().max() < 0.02
