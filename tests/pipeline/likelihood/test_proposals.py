"""The mixture that importance sampling draws from: its density, its modes, its shares."""

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from pipeline.core.rng import stream
from pipeline.likelihood.expansion import expand, gauss_newton, second_derivatives
from pipeline.likelihood.mixture import allot, log_density
from pipeline.likelihood.mixture import mixture_at as mixture_with_prior
from pipeline.likelihood.mixture import mixture_draws as draws_with_prior
from pipeline.likelihood.modes import climb, distinct, laplace
from pipeline.likelihood.prior_starts import APART, Screen
from pipeline.likelihood.reductions import effective_draws
from pipeline.likelihood.refinement import Normals, refine
from pipeline.likelihood.scoring import score
from pipeline.likelihood.slopes import slopes
from pipeline.likelihood.weights import log_weights
from pipeline.models.plain import VAE
from pipeline.models.priors import NormalPrior
from tests.support.densities import LinearGaussian, every_image, grid_log_likelihood, normals, small_vae
from tests.support.parameters import PARAMS

WIDTHS = {1.0: 0.6, 1.5: 0.4}


@pytest.fixture
def linear():
    loading = torch.randn(5, 2, generator=torch.Generator().manual_seed(1))
    return LinearGaussian(loading, noise=0.7), torch.randn(40, 5, generator=torch.Generator().manual_seed(2))


def mixture_at(modes, kept, widths, prior, prior_share):
    """Return the mixture whose last component is a normal prior."""
    return mixture_with_prior(modes, kept, widths, NormalPrior(prior), prior_share)


def mixture_draws(mixture, prior, noise):
    """Draw from a mixture whose last component is a normal prior."""
    of_prior = prior.mean + prior.stddev * noise
    return draws_with_prior(mixture, NormalPrior(prior), of_prior, noise)


def as_normals(modes):
    """Laplace's normals at the modes."""
    return Normals(modes.z, modes.precision, laplace(modes), torch.zeros_like(modes.value))


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
    modes = as_normals(climb(model, x, normals(3, 40, 2), steps=12))
    one = torch.tensor([True, False, False])[:, None].expand(3, 40)
    mixture = mixture_at(modes, one, {1.0: 1.0}, model.prior, prior_share=0.0)
    draws = mixture_draws(mixture, model.prior, normals(8, 40, 2))
    assert torch.allclose(log_weights(model, x, draws), model.log_marginal(x).double().expand(8, -1), atol=1e-3)


@torch.no_grad()
def test_the_mixture_is_a_density():
    model, x = small_vae(pixels=4, latent_dim=2), torch.from_numpy(every_image(4)).float()
    modes = climb(model, x, normals(3, 16, 2), steps=4)
    mixture = mixture_at(as_normals(modes), distinct(modes), WIDTHS, model.prior, prior_share=0.05)
    axis = torch.linspace(-12, 12, 301)
    grid = torch.cartesian_prod(axis, axis)
    density = log_density(mixture, NormalPrior(model.prior), grid[:, None].expand(-1, 16, -1)).exp()
    assert torch.allclose(density.sum(dim=0) * (24 / 300) ** 2, torch.ones(16, dtype=density.dtype), atol=2e-3)


@torch.no_grad()
def test_draws_are_of_the_density_they_are_said_to_have():
    model, x = small_vae(pixels=4, latent_dim=2), torch.from_numpy(every_image(4)).float()
    modes = climb(model, x, normals(3, 16, 2), steps=4)
    mixture = mixture_at(as_normals(modes), distinct(modes), WIDTHS, model.prior, prior_share=0.1)
    draws = mixture_draws(mixture, model.prior, normals(20_000, 16, 2))
    total = (model.prior.log_prob(draws.z).double() - draws.log_density).exp().mean(dim=0)
    assert torch.allclose(total, torch.ones_like(total), atol=0.05)
    assert draws.far == 2000


def test_every_component_gets_its_share_of_the_draws():
    share = torch.tensor([[0.5, 0.0], [0.3, 0.93], [0.2, 0.07]])
    component = allot(share, 100)
    counts = torch.stack([(component == index).sum(dim=0) for index in range(3)])
    assert counts.tolist() == [[50, 0], [30, 93], [20, 7]]


@dataclass(frozen=True)
class TwoHills:
    """One pixel whose value is 2 |z| with little noise: its posterior has two far modes, and the guess knows one."""

    noise: float = 0.05

    @property
    def prior(self) -> Distribution:
        return Independent(Normal(torch.zeros(1), torch.ones(1)), 1)

    def posterior(self, x: Tensor) -> Distribution:
        return Independent(Normal(x / 2, torch.full_like(x, self.noise)), 1)

    def likelihood(self, z: Tensor) -> Distribution:
        return Independent(Normal(2 * z.abs(), 2 * self.noise), 1)

    def given(self, y: Tensor) -> "TwoHills":  # noqa: ARG002 (it has no use for labels)
        return self


@torch.no_grad()
def test_both_of_two_far_modes_are_found_though_the_guess_knows_one():
    model, x, ids = TwoHills(), np.array([[2], [4]], np.uint8), np.arange(2, dtype=np.int32)
    params = PARAMS.score.model_copy(update={"prior_points": 2000, "draws": 4000, "block": 2})
    label = np.zeros(2, np.uint8)
    found = score(model, x, label, ids, params, partial(stream, 0), torch.device("cpu"), lambda images: None)
    grid, pixels = torch.linspace(-6, 6, 200_001)[:, None, None], torch.from_numpy(x).float()
    joint = (model.likelihood(grid.expand(-1, 2, -1)).log_prob(pixels) + model.prior.log_prob(grid)).double()
    exact = torch.logsumexp(joint, dim=0) + math.log(12 / 200_000)
    assert np.allclose(found["log_likelihood"], exact, atol=0.02)
    assert (found["standard_error"] < 0.02).all()


@torch.no_grad()
def test_a_normal_posterior_is_refined_to_itself(linear):
    model, x = linear
    modes = climb(model, x, normals(1, 40, 2), steps=12)
    found = refine(model, x, modes.z[0], modes.precision[0], normals(4, 3, 40, 2))
    assert torch.allclose(found.mean, modes.z[0], atol=1e-4)
    assert torch.allclose(found.precision, modes.precision[0], atol=1e-3)
    assert torch.allclose(found.log_mass.float(), model.log_marginal(x), atol=1e-3)
    assert (found.spread < 1e-6).all()


@torch.no_grad()
def test_a_normal_that_is_far_off_finds_its_way(linear):
    model, x = linear
    right = climb(model, x, normals(1, 40, 2), steps=12)
    found = refine(model, x, right.z[0] + 2.0, 5 * torch.eye(2).expand(40, 2, 2), normals(20, 8, 40, 2))
    assert torch.allclose(found.mean, right.z[0], atol=0.05)
    assert torch.allclose(found.precision, right.precision[0], rtol=0.1)


@torch.no_grad()
def test_refined_normals_make_more_of_the_same_draws():
    model, x = small_vae(pixels=12, latent_dim=4, scale=12.0), torch.from_numpy(every_image(12)[::37]).float()
    rough = climb(model, x, model.posterior(x).mean[None], steps=12)
    fine = refine(model, x, rough.z[0], rough.precision[0], normals(10, 8, len(x), 4, seed=2))
    share, spread = [], normals(500, len(x), 4, seed=3)
    for modes in (as_normals(rough), Normals(*(field[None] for field in fine))):
        mixture = mixture_at(modes, torch.ones(1, len(x), dtype=torch.bool), {1.1: 1.0}, model.prior, 0.05)
        draws = mixture_draws(mixture, model.prior, spread)
        share.append(effective_draws(log_weights(model, x, draws)).mean())
    assert share[1] > 1.05 * share[0]


@torch.no_grad()
@pytest.mark.parametrize("conditional", [False, True])
def test_slopes_by_layers_are_the_automatic_ones(conditional):
    family, x = small_vae(pixels=6, latent_dim=3, conditional=conditional), torch.from_numpy(every_image(6)).float()
    model = family.given(torch.arange(64) % 10)
    z = normals(5, 64, 3)
    value, slope = slopes(model, x, z)
    with torch.enable_grad():
        point = z.clone().requires_grad_()
        joint = model.likelihood(point).log_prob(x) + model.prior.log_prob(point)
        (expected,) = torch.autograd.grad(joint.sum(), point)
    assert torch.allclose(value.double(), joint.double(), atol=1e-4)
    assert torch.allclose(slope, expected, atol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("conditional", [False, True])
def test_slopes_in_bfloat16_are_the_same_to_its_precision(conditional):
    family, x = small_vae(pixels=6, latent_dim=3, conditional=conditional), torch.from_numpy(every_image(6)).float()
    model, z = family.given(torch.arange(64) % 10), normals(5, 64, 3)
    (value, slope), (rough, leaning) = (slopes(model, x, z, products) for products in (torch.float32, torch.bfloat16))
    assert rough.dtype == value.dtype
    assert leaning.dtype == slope.dtype
    assert not torch.equal(leaning, slope)
    assert (leaning - slope).norm() < 0.02 * slope.norm()
    assert (rough - value).abs().mean() < 0.1


@torch.no_grad()
def test_normals_refined_in_bfloat16_serve_as_well():
    model, x = small_vae(pixels=12, latent_dim=4, scale=12.0), torch.from_numpy(every_image(12)[::37]).float()
    rough = climb(model, x, model.posterior(x).mean[None], steps=12)
    start = rough.z[0], rough.precision[0], normals(10, 8, len(x), 4, seed=2)
    spread = [refine(model, x, *start, products).spread.mean() for products in (torch.float32, torch.bfloat16)]
    assert spread[1] < 1.05 * spread[0]


@torch.no_grad()
def test_the_screen_finds_the_points_that_a_search_through_all_would():
    model, x, points = small_vae(pixels=6), torch.from_numpy(every_image(6)).float(), normals(300, 2)
    chosen, reached = Screen(model, points).best(x, torch.zeros(64, dtype=torch.long), starts=3)
    everywhere = model.likelihood(points[:, None].expand(-1, 64, -1)).log_prob(x)
    assert torch.allclose(reached[0], everywhere.amax(dim=0), atol=1e-4)
    assert torch.equal(chosen[0], points[everywhere.argmax(dim=0)])
    apart = (points[:, None] - chosen[0]).norm(dim=-1) >= APART
    assert torch.equal(chosen[1], points[everywhere.masked_fill(~apart, -torch.inf).argmax(dim=0)])


class Small(VAE):
    """A VAE whose latent space is a tenth as wide, under a prior that is a tenth as wide."""

    @property
    def prior(self):
        return Independent(Normal(torch.zeros(2), torch.full((2,), 0.1)), 1)

    def likelihood(self, z):
        return super().likelihood(10 * z)


@torch.no_grad()
def test_starts_are_apart_in_standard_deviations_of_the_prior():
    model, x, points = small_vae(pixels=6), torch.from_numpy(every_image(6)).float(), normals(300, 2)
    label = torch.zeros(64, dtype=torch.long)
    chosen, _ = Screen(model, points).best(x, label, starts=3)
    model.__class__ = Small
    small, _ = Screen(model, points / 10).best(x, label, starts=3)
    assert torch.allclose(10 * small, chosen, atol=1e-5)


@torch.no_grad()
def test_a_climb_that_has_arrived_stays_however_many_steps_are_left(linear):
    model, x = linear
    brief, long = (climb(model, x, normals(1, 40, 2), steps=steps).z for steps in (12, 200))
    assert torch.allclose(brief, long, atol=1e-4)


@torch.no_grad()
def test_laplace_is_the_marginal_where_the_posterior_is_normal(linear):
    model, x = linear
    mass = laplace(climb(model, x, normals(1, 40, 2), steps=12))[0] + math.log(2 * math.pi)
    assert torch.allclose(mass, model.log_marginal(x), atol=1e-3)


@torch.no_grad()
@pytest.mark.parametrize("width", [1.0, 1.5, 1e4])
def test_the_precision_of_a_mixture_is_the_priors_and_what_the_image_adds_over_the_squared_width(linear, width):
    model, x = linear
    modes = as_normals(climb(model, x, normals(1, 40, 2), steps=12))
    mixture = mixture_at(modes, torch.ones(1, 40, dtype=torch.bool), {width: 1.0}, model.prior, 0.0)
    draws = mixture_draws(mixture, model.prior, normals(20_000, 40, 2))
    precision = torch.eye(2) + (modes.precision[0] - torch.eye(2)) / width**2
    expected = torch.linalg.inv(precision).diagonal(dim1=-2, dim2=-1).sqrt()
    assert torch.allclose(draws.z.std(dim=0), expected, rtol=0.03)


@torch.no_grad()
def test_of_a_mode_every_width_gets_its_share_about_the_same_mean_and_is_the_prior_where_the_decoder_is_blind():
    prior = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
    mean = torch.tensor([[[0.3, 0.0]]])
    modes = Normals(mean, torch.diag(torch.tensor([100.0, 1.0])).view(1, 1, 2, 2), torch.zeros(1, 1), torch.zeros(1, 1))
    mixture = mixture_at(modes, torch.ones(1, 1, dtype=torch.bool), {1.0: 3.0, 2.0: 1.0}, prior, 0.2)
    assert mixture.share.flatten().tolist() == pytest.approx([0.6, 0.2, 0.2])
    assert torch.equal(mixture.mean, mean.expand(2, 1, 2))
    deviations = torch.linalg.inv(mixture.root @ mixture.root.mT).diagonal(dim1=-2, dim2=-1).sqrt()
    assert deviations[:, 0, 0].tolist() == pytest.approx([0.1, (1 + 99 / 4) ** -0.5])
    assert deviations[:, 0, 1].tolist() == pytest.approx([1, 1])


@torch.no_grad()
def test_shares_add_up_to_one_and_the_priors_is_as_it_was_asked():
    model, x = small_vae(pixels=4, latent_dim=2), torch.from_numpy(every_image(4)).float()
    modes = climb(model, x, normals(3, 16, 2), steps=4)
    mixture = mixture_at(as_normals(modes), distinct(modes), WIDTHS, model.prior, prior_share=0.25)
    assert torch.allclose(mixture.share.sum(dim=0), torch.ones(16))
    assert torch.allclose(mixture.share[-1], torch.full((16,), 0.25))
    assert allot(mixture.share, 100).eq(len(mixture.mean)).sum(dim=0).tolist() == 16 * [25]


@torch.no_grad()
def test_the_priors_share_bounds_the_weights_by_the_likelihood_of_the_best_point():
    model, share, draws = small_vae(pixels=8, latent_dim=1), 0.04, 50_000
    x = torch.from_numpy(every_image(8)[::8]).float()
    astray = Normals(
        mean=torch.full((1, len(x), 1), 6.0),
        precision=torch.full((1, len(x), 1, 1), 400.0),
        log_mass=torch.zeros(1, len(x)),
        spread=torch.zeros(1, len(x)),
    )
    mixture = mixture_at(astray, torch.ones(1, len(x), dtype=torch.bool), {1.0: 1.0}, model.prior, share)
    found = mixture_draws(mixture, model.prior, normals(draws, len(x), 1))
    exact = grid_log_likelihood(model, x)
    log_ratio = log_weights(model, x, found) - exact
    best = model.likelihood(torch.linspace(-8, 8, 4001)[:, None, None].expand(-1, len(x), -1)).log_prob(x).amax(dim=0)
    bound = best - exact - math.log(share)
    assert (log_ratio <= bound + 1e-3).all()
    assert (torch.logsumexp(2 * log_ratio, dim=0) - math.log(draws) <= bound + 0.1).all()
    assert (log_ratio > -math.log(share)).any()
