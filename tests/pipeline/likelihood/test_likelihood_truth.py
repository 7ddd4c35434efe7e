"""The scores of small models against likelihoods that are known by other means, by the way the study goes."""

import math
from functools import partial

import numpy as np
import pytest
import torch

from pipeline.core.errors import NumericalError
from pipeline.core.rng import stream
from pipeline.core.streams import StreamFactory
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals.modes import propose
from pipeline.likelihood.scoring import attempt, prior_points
from pipeline.validation.certify.integrate import integrate
from tests.pipeline.likelihood.test_likelihood import CPU, score_all
from tests.support.annealed import linear_model
from tests.support.densities import every_image, plane_log_likelihood, small_vae
from tests.support.parameters import PARAMS

pytestmark = pytest.mark.usefixtures("_without_gradients")
SOME = every_image(10)[::8]
OTHERS = every_image(10)[4::16]
LEVELS = {"draws": 256, "target_standard_error": 0.035}
"""With which half of the images of an awkward model are given more than the first level's effort."""
PRIOR_ONLY = {"draws": 2000, "widths": (1.0,), "width_shares": (1.0,)}
"""With which a posterior that is the prior is drawn from almost exactly."""


@pytest.fixture
def _without_gradients():
    with torch.no_grad():
        yield


def awkward(seed=0, scale=20.0, **kinds):
    """A model whose posteriors have kinks and several modes, for the logits of its decoder are large."""
    return small_vae(scale=scale, seed=seed, **kinds)


def errors_of(found, exact):
    error = found["log_likelihood"] - exact
    return error, error / found["standard_error"]


def rms(values):
    return math.sqrt(np.mean(np.square(values)))


def repeated(model, images, times, **effort):
    """Scores of the same images so many times, each time under other ids; one row a time."""
    ids = np.arange(times * len(images), dtype=np.int32)
    found = score_all(model, np.tile(images, (times, 1)), ids=ids, block=256, **effort)
    return {name: column.to_numpy().reshape(times, len(images)) for name, column in found.items()}


def pictures(model, images, seed=0):
    """Images that a model makes."""
    rng = np.random.default_rng(seed)
    z = torch.from_numpy(rng.standard_normal((images, *model.prior.event_shape))).float()
    p = model.likelihood(z).mean.numpy()
    return (rng.random(p.shape) < p).astype(np.uint8)


def linear_errors(latent, noise, n=150):
    """Of the scores of images of grey pixels that a linear model makes; and the same in standard errors."""
    model = linear_model(latent, pixels=12, noise=noise)
    x = model.likelihood(torch.randn(n, latent, generator=torch.Generator().manual_seed(0))).mean
    x = x + noise * torch.randn(n, 12, generator=torch.Generator().manual_seed(1))
    params = PARAMS.score.model_copy(update={"prior_points": 500})
    numbers = StreamFactory([partial(stream, 0, one, 0) for one in range(n)], CPU)
    screen = Screen(model, prior_points(model, params, partial(stream, 0), CPU))
    tried = attempt(
        Images(model, x, torch.zeros(n, dtype=torch.long), numbers), screen, params, params.levels - 1, propose
    )
    return errors_of(tried.found, model.log_marginal(x).double().numpy())


def test_linear_decoders_are_scored_as_their_exact_marginals_say():
    error, z = np.hstack([linear_errors(2, 0.2), linear_errors(3, 0.5), linear_errors(6, 1.0)])
    assert z.shape == (450,)
    assert np.abs(error).max() < 0.05
    assert np.abs(z).max() < 4
    assert 0.8 < rms(z) < 1.25


@pytest.mark.parametrize("scale", [4.0, 20.0, 40.0])
def test_two_latent_dimensions_agree_with_a_fine_grid(scale):
    model = awkward(scale=scale)
    error, z = errors_of(score_all(model, SOME, draws=1000), plane_log_likelihood(model, SOME))
    assert np.abs(error).max() < 0.1
    assert np.abs(z).max() < 4
    assert 0.8 < rms(z) < 1.25


@pytest.mark.parametrize("label", [0, 7])
@pytest.mark.parametrize(
    "use", [{}, {"encoder_sees_label": False}, {"label": "number"}, {"label": "number", "encoder_sees_label": False}]
)
def test_given_a_digit_the_score_agrees_with_a_fine_grid_at_that_digit(label, use):
    model = awkward(conditional=True, **use)
    exact = plane_log_likelihood(model.given(torch.tensor([label])), OTHERS)
    error, z = errors_of(score_all(model, OTHERS, np.full(len(OTHERS), label, np.uint8)), exact)
    assert np.abs(error).max() < 0.1
    assert np.abs(z).max() < 4


def test_four_latent_dimensions_agree_with_quadrature_and_with_the_prior_itself():
    model, images = small_vae(latent_dim=4), OTHERS
    x = torch.from_numpy(images).float()
    starts = torch.randn(6, len(x), 4, generator=torch.Generator().manual_seed(3))
    by_rule, _ = integrate(model, x, torch.zeros(len(x), dtype=torch.long), starts, 9, 7000)
    points = torch.special.ndtri(torch.quasirandom.SobolEngine(4, scramble=True, seed=0).draw(2**18).double())
    joint = model.likelihood(points.clamp(-8, 8).float()[:, None]).log_prob(x)
    by_prior = torch.logsumexp(joint, dim=0) - math.log(len(points))
    found = score_all(model, images, draws=4000)
    assert (by_rule - by_prior).abs().max() < 0.02
    for exact in (by_rule.numpy(), by_prior.numpy()):
        error, z = errors_of(found, exact)
        assert np.abs(error).max() < 0.05
        assert rms(error) < 0.02
        assert np.abs(z).max() < 4


def test_the_likelihood_itself_is_estimated_without_bias_by_however_few_draws():
    model, exact = awkward(), plane_log_likelihood(awkward(), SOME)
    found = repeated(model, SOME, 32, draws=13, levels=1, prior_share=0.03)
    means = np.exp(found["log_likelihood"] - exact).mean(axis=1)
    spread = np.std(means, ddof=1) / math.sqrt(len(means))
    assert spread < 0.01
    assert np.mean(means) == pytest.approx(1, abs=3 * spread)


def test_the_mean_score_grows_with_the_number_of_draws_towards_the_truth():
    model, exact = awkward(), plane_log_likelihood(awkward(), SOME)
    poor = {"levels": 1, "widths": (2.5,), "width_shares": (1.0,), "prior_share": 0.4, "refine_rounds": 1}
    means = [repeated(model, SOME, 16, draws=draws, **poor)["log_likelihood"].mean() for draws in (8, 32, 128, 1024)]
    assert means == sorted(means)
    assert means[-1] - means[0] > 0.1
    assert means[-1] == pytest.approx(exact.mean(), abs=0.01)


@pytest.mark.parametrize("levels", [1, 3])
def test_intervals_cover_the_truth_as_often_as_they_say(levels):
    model, images = awkward(), SOME[::2]
    found = repeated(model, images, 16, **LEVELS, levels=levels)
    error, z = errors_of(found, plane_log_likelihood(model, images))
    up = found["draws"] > 256
    assert 0.3 < up.mean() < 0.7 if levels > 1 else not up.any()
    assert 0.92 < np.mean(np.abs(z) < 1.96) < 0.98
    assert abs(error.mean()) < 4 * error.std() / math.sqrt(error.size)
    assert 0.9 < rms(z) < 1.1
    for some in (z[up], z[~up]):
        assert not len(some) or 0.91 < np.mean(np.abs(some) < 1.96) < 0.985


def test_images_that_no_model_likes_have_honest_errors():
    model, rng = small_vae(pixels=64, scale=30.0), np.random.default_rng(0)
    liked = pictures(model, 20)
    noise = rng.integers(0, 2, (20, 64)).astype(np.uint8)
    flat = np.stack([np.zeros(64, np.uint8), np.ones(64, np.uint8)])
    images = np.concatenate([liked, 1 - liked, noise, flat])
    exact = plane_log_likelihood(model, images, points=1201)
    found = score_all(model, images, draws=256)
    error, z = errors_of(found, exact)
    assert exact[20:].mean() < exact[:20].mean() - 20
    assert np.isfinite(found.to_numpy(dtype=float)).all()
    assert (found["standard_error"] > 0).all()
    assert np.abs(error).max() < 0.3
    assert np.abs(z).max() < 4
    assert 0.7 < rms(z) < 1.25


def saturated(kind):
    """A model whose logits are ±60, for the sake of its bias or of its weights."""
    model = small_vae()
    last, z = model.decoder[-1], torch.randn(1000, 2, generator=torch.Generator().manual_seed(0))
    if kind == "bias":
        last.bias.copy_(torch.where(torch.arange(10) % 2 == 0, 60.0, -60.0))
    else:
        last.bias.zero_()
        last.weight.mul_(60 / model.likelihood(z).logits.abs().mean())
    return model


@pytest.mark.parametrize("kind", ["bias", "weights"])
def test_a_saturated_decoder_is_scored_right(kind):
    model = saturated(kind)
    images = SOME if kind == "bias" else np.unique(pictures(model, 200), axis=0)
    exact = plane_log_likelihood(model, images, half_width=6.0, points=1201)
    found = score_all(model, images)
    error, z = errors_of(found, exact)
    assert np.isfinite(found.to_numpy(dtype=float)).all()
    assert len(images) > 20
    assert np.abs(error).max() < 0.4
    assert rms(error) < 0.1
    assert np.abs(z).max() < 4


def test_every_image_has_a_finite_score_under_saturated_weights():
    found = score_all(saturated("weights"), every_image(10), draws=256)
    p = np.exp(found["log_likelihood"])
    assert np.isfinite(found.to_numpy(dtype=float)).all()
    assert p.sum() == pytest.approx(1, abs=4 * np.linalg.norm(p * found["standard_error"]))
    assert p.sum() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("logit", [0.5, 25.0])
def test_a_decoder_that_ignores_its_latent_point_gives_the_product_of_the_pixels(logit):
    model, rng = small_vae(pixels=3001), np.random.default_rng(0)
    images = rng.integers(0, 2, (12, 3001)).astype(np.uint8)
    last, logits = model.decoder[-1], logit * rng.standard_normal(3001).astype(np.float32)
    last.weight.zero_()
    last.bias.copy_(torch.from_numpy(logits))
    signs = logits.astype(np.float64) * (1 - 2.0 * images)
    error, _ = errors_of(score_all(model, images, **PRIOR_ONLY), -np.logaddexp(0, signs).sum(axis=1))
    assert np.abs(error).max() < 1e-3


def test_a_direction_that_the_decoder_ignores_changes_no_likelihood():
    model = small_vae()
    model.decoder[0].weight[:, 1] = 0
    error, z = errors_of(score_all(model, OTHERS), plane_log_likelihood(model, OTHERS))
    assert np.abs(error).max() < 0.05
    assert np.abs(z).max() < 4


def test_an_encoder_that_is_far_off_changes_the_bound_alone():
    model, lost = awkward(), awkward()
    lost.encoder[-1].bias[:2] = 1e6
    told, misled = score_all(model, OTHERS), score_all(lost, OTHERS)
    error, z = errors_of(misled, plane_log_likelihood(model, OTHERS))
    assert (misled["elbo"] < told["elbo"] - 1e6).all()
    assert np.abs(error).max() < 0.15
    assert np.abs(z).max() < 4


@pytest.mark.parametrize(
    ("broken", "value", "image"),
    [("encoder", math.nan, 40), ("decoder", math.nan, 40), ("decoder", math.inf, 40), ("encoder", 3e38, 42)],
)
def test_weights_that_are_not_numbers_are_reported_with_the_image(broken, value, image):
    model, ids = small_vae(), np.arange(40, 44, dtype=np.int32)
    getattr(model, broken)[0].weight[:, -1] = value
    images = np.zeros((4, 10), np.uint8)
    images[2:, -1] = 1
    with pytest.raises(NumericalError, match=rf"image {image} is"):
        score_all(model, images, ids=ids, draws=64)
