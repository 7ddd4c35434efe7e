import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.core.errors import NumericalError
from pipeline.core.rng import stream
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.reductions import effective_draws, elbo, log_marginal, standard_error
from pipeline.likelihood.scoring import score
from pipeline.likelihood.weights import log_weights
from tests.support.densities import LinearGaussian, every_image, grid_log_likelihood, small_vae
from tests.support.parameters import PARAMS

CPU = torch.device("cpu")


def score_all(model, x, y=None, *, draws=1000, name="model", block=64, ids=None, **effort):
    digits = np.zeros(len(x), np.uint8) if y is None else y
    ids = np.arange(len(x), dtype=np.int32) if ids is None else ids
    settings = PARAMS.score
    params = settings.model_copy(update={"prior_points": 500, "draws": draws, "block": block} | effort)
    return score(model, x, digits, ids, params, partial(stream, 0, name), CPU, lambda images: None)


def weights_of(model, x, draws, seed=0):
    posterior = model.posterior(x)
    noise = torch.randn(draws, *posterior.mean.shape, generator=torch.Generator().manual_seed(seed))
    return log_weights(model, x, encoder_draws(posterior, noise))


@pytest.fixture(scope="module")
def of_every_image():
    """The scores of all images of ten pixels."""
    with torch.no_grad():
        return score_all(small_vae(pixels=10), every_image(10))


def test_the_probabilities_of_all_images_of_ten_pixels_add_up_to_one(of_every_image):
    assert np.exp(of_every_image["log_likelihood"]).sum() == pytest.approx(1, abs=0.01)


@torch.no_grad()
@pytest.mark.parametrize("label", [0, 3, 9])
def test_given_any_digit_the_probabilities_of_all_images_add_up_to_one(label):
    images = every_image(8)
    found = score_all(small_vae(pixels=8, conditional=True), images, np.full(len(images), label, np.uint8))
    assert np.exp(found["log_likelihood"]).sum() == pytest.approx(1, abs=0.01)


def test_a_bound_passed_off_as_a_likelihood_would_not_add_up_to_one(of_every_image):
    assert np.exp(of_every_image["elbo"]).sum() < 0.97


@torch.no_grad()
def test_one_latent_dimension_agrees_with_quadrature_on_every_image():
    model, images = small_vae(pixels=6, latent_dim=1), every_image(6)
    exact = grid_log_likelihood(model, torch.from_numpy(images).float()).numpy()
    found = score_all(model, images, draws=5000)
    assert np.abs(found["log_likelihood"] - exact).max() < 0.05
    assert np.mean(np.abs(found["log_likelihood"] - exact) < 3 * found["standard_error"]) > 0.95


@torch.no_grad()
def test_a_linear_gaussian_decoder_agrees_with_its_closed_form():
    loading = torch.randn(5, 2, generator=torch.Generator().manual_seed(1))
    model, x = LinearGaussian(loading, noise=0.7), torch.randn(40, 5, generator=torch.Generator().manual_seed(2))
    log_w = weights_of(model, x, 4000)
    error = (log_marginal(log_w) - model.log_marginal(x)) / standard_error(log_w)
    assert error.abs().max() < 4
    assert error.square().mean().sqrt() < 1.5


@torch.no_grad()
def test_the_estimate_grows_with_the_number_of_draws_on_average():
    model, x = small_vae(pixels=10), torch.from_numpy(every_image(10)).float()
    means = [
        np.mean([log_marginal(weights_of(model, x, draws, seed)).mean().item() for seed in range(20)])
        for draws in (1, 4, 16, 64)
    ]
    assert means == sorted(means)
    assert means[-1] - means[0] > 0.05


finite = st.floats(-500, 50, allow_nan=False)


@given(arrays(np.float64, st.tuples(st.integers(2, 40), st.integers(1, 5)), elements=finite))
def test_the_bound_is_never_above_the_likelihood_of_the_same_weights(log_w):
    weights = torch.from_numpy(log_w)
    assert (elbo(weights) <= log_marginal(weights) + 1e-9).all()


@given(arrays(np.float64, st.tuples(st.integers(2, 40), st.integers(1, 5)), elements=finite))
def test_effective_draws_are_between_one_and_all(log_w):
    found = effective_draws(torch.from_numpy(log_w))
    assert (found >= 1 - 1e-9).all()
    assert (found <= len(log_w) + 1e-9).all()


@given(st.floats(-2000, 2000), st.integers(2, 100))
def test_equal_weights_are_their_own_average_without_error(weight, draws):
    log_w = torch.full((draws, 1), weight, dtype=torch.float64)
    assert log_marginal(log_w).item() == pytest.approx(weight)
    assert standard_error(log_w).item() == pytest.approx(0, abs=1e-6)


def test_the_standard_error_is_the_spread_of_the_estimate():
    log_w = torch.randn(1000, 2000, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 0.8
    spread = log_marginal(log_w).std().item()
    assert standard_error(log_w).mean().item() == pytest.approx(spread, rel=0.08)


def test_the_standard_error_is_the_relative_deviation_over_the_root_of_the_draws():
    log_w = torch.tensor([[1.0, 2.0], [3.0, 2.0], [1.0, 2.0], [3.0, 8.0]]).double().log() - 700
    assert effective_draws(log_w).tolist() == pytest.approx([64 / 20, 196 / 76])
    assert standard_error(log_w).tolist() == pytest.approx([1 / 2 / 2, math.sqrt(27) / 2 / 3.5 / 2])


@torch.no_grad()
def test_saturated_logits_keep_the_likelihood_finite():
    likelihood = small_vae().likelihood(torch.zeros(1, 2))
    extreme = type(likelihood)(torch.tensor([[60.0, -60.0, 200.0]]))
    assert extreme.log_prob(torch.tensor([[1.0, 0.0, 1.0]])).item() == pytest.approx(0, abs=1e-9)
    assert extreme.log_prob(torch.tensor([[0.0, 1.0, 0.0]])).item() == pytest.approx(-320, abs=1e-3)


@torch.no_grad()
def test_log_probability_is_that_of_independent_coins():
    logits, x = torch.randn(3, 5, 10), torch.randint(0, 2, (5, 10)).float()
    found = type(small_vae().likelihood(torch.zeros(1, 2)))(logits).log_prob(x)
    coins = torch.distributions.Bernoulli(logits=logits.double()).log_prob(x.double().expand(3, 5, 10)).sum(-1)
    assert torch.allclose(found, coins, atol=1e-5)


@torch.no_grad()
def test_two_digits_give_two_pictures():
    model, z = small_vae(conditional=True), torch.zeros(2, 2)
    pictures = model.given(torch.tensor([3, 8])).likelihood(z).mean
    assert (pictures[0] - pictures[1]).abs().max() > 0.01


def test_weights_that_are_not_numbers_stop_the_scoring():
    model = small_vae()
    with torch.no_grad():
        model.decoder[-1].bias[0] = math.nan
    with pytest.raises(NumericalError, match="image 0 is nan"):
        score_all(model, every_image(10)[:3], draws=64)
