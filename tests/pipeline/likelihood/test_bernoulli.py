"""The fast ways through a Bernoulli decoder agree with the general ones, and with double precision."""

import copy
import math
from dataclasses import dataclass

import pytest
import torch
from torch import nn
from torch.nn.functional import softplus

from pipeline.likelihood import bernoulli
from pipeline.likelihood.bernoulli import log_likelihood
from pipeline.likelihood.curvature import slope_and_curvature
from pipeline.likelihood.decoder import bernoulli_decoder
from pipeline.likelihood.expansion import gauss_newton
from pipeline.likelihood.proposals import Draws
from pipeline.likelihood.weights import log_weights
from pipeline.models.conditional import ConditionalVAE, Given
from pipeline.models.networks import mlp
from pipeline.models.plain import VAE
from tests.support.densities import LinearGaussian, normals, small_vae


def images(count, pixels):
    return (normals(count, pixels, seed=9) > 0.7).float()


def labelled(model, count):
    return model.given(torch.arange(count) % 10)


def in_double(model, x, z):
    """The sum over pixels of log p(x | z), every step of it in double precision; of a plain model."""
    logits = copy.deepcopy(model.decoder).double()(z.double())
    return (x.double() * logits - softplus(logits, threshold=700)).sum(dim=-1)


@torch.no_grad()
@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("pixels", [13, 64, 784])
@pytest.mark.parametrize(("draws", "count"), [(1, 1), (3, 50), (70, 2), (200, 3)])
def test_the_fast_likelihood_is_the_likelihood(monkeypatch, conditional, pixels, draws, count):
    monkeypatch.setitem(bernoulli.ROWS, "cpu", 64)
    model = labelled(small_vae(pixels=pixels, latent_dim=3, conditional=conditional), count)
    x, z = images(count, pixels), normals(draws, count, 3)
    found = log_likelihood(bernoulli_decoder(model), x, z)
    assert torch.allclose(found, model.likelihood(z).log_prob(x), atol=2e-4)


@torch.no_grad()
def test_an_image_finds_the_same_whichever_images_share_its_block():
    model, x, z = small_vae(pixels=64, latent_dim=3), images(7, 64), normals(40, 7, 3)
    whole = log_likelihood(bernoulli_decoder(model), x, z)
    for one in range(7):
        alone = log_likelihood(bernoulli_decoder(model), x[one : one + 1], z[:, one : one + 1])
        assert torch.allclose(whole[:, one], alone[:, 0], atol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("scale", [1.0, 4.0, 12.0])
def test_a_wide_decoder_is_right_to_a_ten_thousandth_of_a_nat(scale):
    model, x, z = VAE(784, (512, 512), 20), images(5, 784), normals(60, 5, 20)
    model.decoder[-1].weight.mul_(scale)
    model.decoder[-1].bias.sub_(3)
    exact = in_double(model, x, z)
    found = log_likelihood(bernoulli_decoder(model), x, z)
    assert ((found - exact).abs() / exact.abs().clamp(min=1000) < 1e-7).all()


@torch.no_grad()
@pytest.mark.parametrize("size", [11.3, 11.9, 60.0, 60.3, 87.0, 89.0, 1000.0, 1000.7, 1e30])
def test_saturated_logits_are_summed_exactly(size):
    model, x, z = VAE(784, (512, 512), 20), images(5, 784), normals(60, 5, 20)
    signs = normals(784, seed=3).sign()
    model.decoder[-1].weight.zero_()
    model.decoder[-1].bias.copy_(size * signs)
    found, exact = log_likelihood(bernoulli_decoder(model), x, z), in_double(model, x, z)
    assert torch.allclose(found, exact, rtol=1e-12, atol=1e-4)
    agree = (signs > 0).float().expand(5, -1)
    found, exact = log_likelihood(bernoulli_decoder(model), agree, z), in_double(model, agree, z)
    assert torch.allclose(found, exact, rtol=0, atol=1e-4)
    assert found.abs().max() < 784 * math.exp(-size) + 1e-4


@torch.no_grad()
@pytest.mark.parametrize("size", [10.8, 11.0, 11.9, 12.5, 13.0])
def test_products_that_almost_underflow_are_summed_exactly(size):
    model, x, z = small_vae(pixels=64, latent_dim=3), images(4, 64), normals(30, 4, 3)
    model.decoder[-1].weight.zero_()
    model.decoder[-1].bias.fill_(size)
    assert torch.allclose(log_likelihood(bernoulli_decoder(model), x, z), in_double(model, x, z), rtol=0, atol=1e-4)


@torch.no_grad()
def test_one_draw_that_saturates_leaves_the_others_alone():
    model, x, z = small_vae(pixels=64, latent_dim=3), images(4, 64), normals(30, 4, 3)
    z[7, 2] *= 1e4
    assert model.likelihood(z[7, 2]).logits.max() > 200
    assert torch.allclose(log_likelihood(bernoulli_decoder(model), x, z), in_double(model, x, z), rtol=1e-6, atol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("layer", [0, 2])
@pytest.mark.parametrize("draws", [3, 200])
def test_weights_that_are_not_numbers_are_never_likely(monkeypatch, layer, draws):
    monkeypatch.setattr(bernoulli, "SHARE_LEFT", 1.0)
    model, x, z = small_vae(pixels=64, latent_dim=3), images(4, 64), 0.1 * normals(draws, 4, 3)
    model.decoder[layer].bias[5] = math.nan
    assert log_likelihood(bernoulli_decoder(model), x, z).isnan().all()


@torch.no_grad()
@pytest.mark.parametrize("conditional", [False, True])
def test_units_that_no_draw_opens_change_nothing(monkeypatch, conditional):
    model = labelled((ConditionalVAE if conditional else VAE)(784, (512, 512), 20), 3)
    x, z = images(3, 784), 0.1 * normals(100, 3, 20) + normals(3, 20, seed=5)
    narrowed, widths = bernoulli._narrowed, []

    def told(here, *theirs):
        found = narrowed(here, *theirs)
        widths.append(found[0].shape[1])
        return found

    monkeypatch.setattr(bernoulli, "_narrowed", told)
    narrow = log_likelihood(bernoulli_decoder(model), x, z)
    assert min(widths) < 512
    widths.clear()
    monkeypatch.setattr(bernoulli, "SHARE_LEFT", 0.0)
    assert torch.allclose(log_likelihood(bernoulli_decoder(model), x, z), narrow, atol=1e-4)
    assert set(widths) == {512}
    monkeypatch.setattr(bernoulli, "ENOUGH_ROWS", 10**9)
    assert torch.allclose(log_likelihood(bernoulli_decoder(model), x, z), narrow, atol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("far", [1, 7, 50])
def test_where_draws_are_far_moves_work_and_no_weight(far):
    model, x = small_vae(pixels=64, latent_dim=3), images(6, 64)
    draws = Draws(normals(50, 6, 3), normals(50, 6, seed=1))
    assert torch.allclose(log_weights(model, x, draws._replace(far=far)), log_weights(model, x, draws), atol=1e-5)


@pytest.mark.parametrize("conditional", [False, True])
def test_importance_weights_are_the_same_by_either_way(conditional):
    model, x = labelled(small_vae(pixels=64, latent_dim=3, conditional=conditional), 6), images(6, 64)
    draws = Draws(normals(50, 6, 3), normals(50, 6, seed=1))
    slow = log_weights(model, x, draws)
    with torch.no_grad():
        fast = log_weights(model, x, draws)
    assert slow.requires_grad
    assert torch.allclose(slow, fast, atol=1e-4)


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize(("points", "count"), [(1, 1), (3, 20), (30, 4), (200, 1)])
def test_the_curvature_by_products_is_the_one_by_differentiation(conditional, points, count):
    model = labelled(small_vae(pixels=64, latent_dim=3, conditional=conditional), count)
    x, z = images(count, 64), normals(points, count, 3)
    for fast, slow in zip(slope_and_curvature(bernoulli_decoder(model), x, z), gauss_newton(model, x, z), strict=True):
        assert torch.allclose(fast, slow, atol=1e-3, rtol=1e-5)


@pytest.mark.parametrize("points", [1, 20])
def test_what_is_left_out_of_the_curvature_was_not_there(points):
    model, x, z = VAE(784, (512, 512), 20), images(5, 784), 0.1 * normals(points, 5, 20)
    with torch.no_grad():
        model.decoder[-1].weight.mul_(12)
        model.decoder[-1].bias.sub_(12 * (normals(784, seed=4) > 0))
    found, whole = slope_and_curvature(bernoulli_decoder(model), x, z), gauss_newton(model, x, z)
    assert torch.allclose(found[0], whole[0], rtol=1e-6)
    assert torch.allclose(found[1], whole[1], atol=1e-3)
    assert torch.allclose(found[2], whole[2], rtol=0.01, atol=0.01)


def test_a_rough_curvature_is_within_some_per_cent():
    model, x, z = VAE(784, (512, 512), 20), images(5, 784), normals(4, 5, 20)
    with torch.no_grad():
        model.decoder[-1].weight.mul_(12)
    rough = slope_and_curvature(bernoulli_decoder(model), x, z, torch.bfloat16)
    fine = slope_and_curvature(bernoulli_decoder(model), x, z)
    assert torch.equal(rough[0], fine[0])
    assert torch.equal(rough[1], fine[1])
    root = torch.linalg.cholesky(fine[2] + torch.eye(20))
    half = torch.linalg.solve_triangular(root, rough[2] + torch.eye(20), upper=False)
    ratio = torch.linalg.eigvalsh(torch.linalg.solve_triangular(root, half.mT, upper=False))
    assert (ratio - 1).abs().max() < 0.05


class Dimmed(VAE):
    """A model with the layers of another and a likelihood of its own."""

    def likelihood(self, z):
        return type(super().likelihood(z))(self.decoder(z) - 1)


@dataclass(frozen=True)
class DimmedGiven(Given):
    """The same with a label."""

    def likelihood(self, z):
        return type(super().likelihood(z))(super().likelihood(z).logits - 1)


class Halved(nn.Sequential):
    """Layers whose output is halved."""

    def forward(self, z):
        return super().forward(z) / 2


def halved():
    model = VAE(6, (4,), 2)
    model.decoder = Halved(*model.decoder)
    return model


def with_decoder(*layers):
    model = VAE(6, (4,), 2)
    model.decoder = nn.Sequential(*layers)
    return model


@pytest.mark.parametrize(
    "model",
    [
        LinearGaussian(torch.ones(5, 2), noise=0.7),
        Dimmed(6, (4,), 2),
        DimmedGiven(ConditionalVAE(6, (4,), 2), torch.zeros(1, 10)),
        VAE(6, (4,), 2).double(),
        halved(),
        with_decoder(nn.Linear(2, 6)),
        with_decoder(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 6)),
        with_decoder(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 6), nn.ReLU()),
        with_decoder(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 6, bias=False)),
        with_decoder(nn.Linear(2, 4), nn.Linear(4, 6), nn.ReLU()),
    ],
)
def test_a_decoder_that_is_not_understood_is_left_to_the_general_way(model):
    assert bernoulli_decoder(model) is None


@torch.no_grad()
@pytest.mark.parametrize("hidden", [(5,), (7, 5), (4, 7, 5)])
def test_a_decoder_of_any_depth_is_understood(hidden):
    model, x, z = VAE(12, hidden, 2), images(4, 12), normals(9, 4, 2)
    assert bernoulli_decoder(model).widths == (*reversed(hidden), 12)
    assert torch.allclose(log_likelihood(bernoulli_decoder(model), x, z), in_double(model, x, z), atol=1e-5)
    model.decoder = mlp(2, *hidden, 12)
    assert torch.allclose(log_likelihood(bernoulli_decoder(model), x, z), in_double(model, x, z), atol=1e-5)
