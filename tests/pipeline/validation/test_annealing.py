import math

import numpy as np
import pytest
import torch

from pipeline.likelihood.reductions import log_marginal
from pipeline.validation.certify.annealing import anneal, error_of_mean, geometric_path
from pipeline.validation.certify.temperatures import rising
from pipeline.validation.certify.tuning import TARGET, Tuner
from tests.support.annealed import block_of, linear_model, noise_of, simulated
from tests.support.densities import LinearGaussian, every_image, grid_log_likelihood, small_vae


def test_temperatures_rise_from_the_prior_to_the_posterior():
    found = rising(50, bend=0.02)
    assert found[0] == 0
    assert found[-1].item() == pytest.approx(1, abs=1e-12)
    ratio = found.diff() / (found[:-1] + 0.02)
    assert torch.allclose(ratio, ratio[0].expand(50))


@torch.no_grad()
def test_a_linear_gaussian_model_agrees_with_its_closed_form():
    model = linear_model()
    x = simulated(model, 40).x
    block = block_of(model, x, temperatures=300, leapfrogs=1)
    log_w = block.forward(block.tune()).log_w
    error = (log_marginal(log_w) - model.log_marginal(x)) / error_of_mean(log_w)
    assert error_of_mean(log_w).max() < 1
    assert error.abs().max() < 4
    assert (error.abs() < 3).double().mean() > 0.9


@torch.no_grad()
@pytest.mark.parametrize(("temperatures", "leapfrogs"), [(2, 1), (5, 1), (5, 4)])
def test_the_mean_weight_is_the_likelihood_however_short_the_path(temperatures, leapfrogs):
    model = LinearGaussian(torch.tensor([[0.8], [0.5]]), noise=1.0)
    x = torch.tensor([[0.7, -0.4], [1.5, 1.0]])
    terms, count = geometric_path(model, x), 20_000
    noise = noise_of(range(2), "unbiased")
    step = torch.tensor([[0.7], [1.4]])
    starts = noise.sample(model.prior, count)
    run = anneal(terms, starts, rising(temperatures), lambda k: step, leapfrogs, noise, lambda k, p, force: None)
    error = (run.log_w.exp().mean(0) / model.log_marginal(x).exp() - 1) / (
        run.log_w.exp().std(0) / run.log_w.exp().mean(0) / math.sqrt(count)
    )
    assert error.abs().max() < 4


@torch.no_grad()
def test_the_bounds_stand_on_either_side_of_the_truth():
    model = linear_model(latent=5, noise=0.1)
    drawn = simulated(model, 60)
    block = block_of(model, drawn.x, temperatures=15, chains=4)
    steps = block.tune()
    below, above = block.forward(steps).log_w, block.reverse(steps, drawn.z).log_w
    lower, upper, truth = log_marginal(below), -log_marginal(above), model.log_marginal(drawn.x)
    for gap in (truth - lower, upper - truth):
        assert gap.mean() > 3 * gap.std() / math.sqrt(len(gap)) > 0


@torch.no_grad()
def test_more_temperatures_close_the_gap():
    model = linear_model(latent=4)
    drawn = simulated(model, 30)
    gaps = []
    for temperatures in (10, 50, 250):
        block = block_of(model, drawn.x, temperatures=temperatures, chains=8, leapfrogs=1)
        steps = block.tune()
        gap = -log_marginal(block.reverse(steps, drawn.z).log_w) - log_marginal(block.forward(steps).log_w)
        gaps.append(gap.mean().item())
    assert gaps == sorted(gaps, reverse=True)
    assert abs(gaps[-1]) < 0.3 < gaps[0]


@torch.no_grad()
def test_the_inverse_of_the_likelihood_is_the_mean_weight_of_the_way_back():
    model = LinearGaussian(torch.tensor([[0.8], [0.5]]), noise=1.0)
    x = torch.tensor([[0.7, -0.4]])
    precision = 1 + model.loading.square().sum()
    count, noise = 20_000, noise_of(range(1), "back")
    starts = (x @ model.loading / precision) + noise.normal(count, 1) / precision.sqrt()
    step = torch.tensor([[0.9]])
    run = anneal(
        geometric_path(model, x), starts, rising(4).flip(0), lambda k: step, 2, noise, lambda k, p, force: None
    )
    w = run.log_w.exp()
    assert (w.mean() * model.log_marginal(x).exp() - 1).abs() < 4 * w.std() / w.mean() / math.sqrt(count)


@torch.no_grad()
def test_annealed_chains_end_in_the_posterior():
    model = linear_model(latent=2)
    x = simulated(model, 5).x
    block = block_of(model, x, chains=500, temperatures=40)
    ends, posterior = block.forward(block.tune()).z, model.posterior(x)
    deviation = posterior.stddev / model.slack
    assert ((ends.mean(0) - posterior.mean) / deviation * math.sqrt(500)).abs().max() < 6


@torch.no_grad()
def test_a_pixel_model_agrees_with_a_fine_grid():
    model, x = small_vae(pixels=10, latent_dim=1), torch.from_numpy(every_image(10)[::37]).float()
    block = block_of(model, x, temperatures=40)
    log_w = block.forward(block.tune()).log_w
    error = log_marginal(log_w) - grid_log_likelihood(model, x)
    assert (error / error_of_mean(log_w)).abs().max() < 4.5
    assert error.abs().max() < 0.3


@torch.no_grad()
def test_labels_reach_the_density():
    model, x = small_vae(pixels=8, latent_dim=1, conditional=True), torch.from_numpy(every_image(8)[::17]).float()
    labels = torch.arange(len(x)) % 10
    block = block_of(model, x, labels, temperatures=40)
    error = log_marginal(block.forward(block.tune()).log_w) - grid_log_likelihood(model.given(labels), x)
    assert error.abs().max() < 0.3


@torch.no_grad()
def test_tuned_steps_are_accepted_as_often_as_wanted():
    model = linear_model(latent=6)
    x = simulated(model, 20).x
    block, seen = block_of(model, x, temperatures=200, chains=8), []
    terms, noise = geometric_path(model, x), noise_of(range(20), "again")
    steps, starts = block.tune(), noise.sample(model.prior, 8)
    anneal(terms, starts, rising(200), steps.__getitem__, 3, noise, lambda k, p, force: seen.append(p.mean(0)))
    assert steps.shape == (199, 20, 6)
    rate = torch.stack(seen)[20:].mean(0)
    assert (rate - TARGET).abs().max() < 0.12
    assert (steps[10] > 2 * steps[-1]).all()


def test_the_tuner_lengthens_what_is_accepted_and_shortens_what_is_not():
    tuner = Tuner(1, torch.zeros(2, 3))
    tuner.learn(0, torch.tensor([[1.0, 0.0]]).double(), torch.ones(1, 2, 3))
    longer, shorter = tuner.step(1)
    assert (longer > tuner.step(0)[0]).all()
    assert (shorter < tuner.step(0)[1]).all()


def test_the_tuner_learns_each_coordinates_deviation():
    deviation = torch.tensor([[0.1, 1.0, 3.0]])
    tuner, source = Tuner(200, torch.zeros(1, 3)), torch.Generator().manual_seed(0)
    for k in range(200):
        force = torch.randn(20, 1, 3, generator=source) / deviation
        tuner.learn(k, torch.full((20, 1), TARGET).double(), force)
    assert torch.allclose(tuner.frozen()[-1], deviation, rtol=0.2)


@torch.no_grad()
def test_an_images_chains_are_the_same_whatever_stands_beside_it():
    model, x = small_vae(), torch.from_numpy(every_image(10)[::100]).float()
    whole = block_of(model, x, temperatures=5)
    part = block_of(model, x[:3], temperatures=5)
    found = [block.forward(block.tune()).log_w for block in (whole, part)]
    assert torch.allclose(found[0][:, :3], found[1], atol=1e-3)


def test_the_error_is_the_spread_of_the_chains():
    log_w = torch.from_numpy(np.random.default_rng(0).normal(-90, 0.2, (8, 4000)))
    assert error_of_mean(log_w).mean().item() == pytest.approx(log_marginal(log_w).std().item(), rel=0.1)


def test_the_error_of_two_chains_is_half_their_distance_over_their_mean():
    log_w = torch.tensor([[1.0], [3.0]]).double().log() - 800
    assert error_of_mean(log_w).item() == pytest.approx(1 / 2)


def test_torchs_own_generator_is_left_as_it_was():
    before = torch.random.get_rng_state()
    noise_of(range(3), "draws").sample(linear_model().prior, 2)
    assert torch.equal(before, torch.random.get_rng_state())
