import math
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.distributions import Bernoulli, Independent, MultivariateNormal, Normal

from pipeline import library
from pipeline.core.errors import DataError, NumericalError, ParameterError
from pipeline.core.rng import stream
from pipeline.library import annealed, log_likelihood
from pipeline.likelihood import prior_starts
from pipeline.likelihood.scoring import REDUCTIONS, score
from pipeline.models.checks import PARTS, check_parts
from pipeline.models.plain import VAE
from tests.support.densities import LinearGaussian, every_image, grid_log_likelihood, small_vae
from tests.support.parameters import PARAMS

EFFORT = PARAMS.score.model_copy(update={"prior_points": 500, "block": 64})
ANNEALING = PARAMS.certify.model_copy(update={"temperatures": 60, "block": 24 * 25})
NAN = float("nan")


def standard_normal(latent, dtype=torch.float32, device="cpu"):
    zero = torch.zeros(latent, dtype=dtype, device=device)
    return Independent(Normal(zero, zero + 1, validate_args=False), 1, validate_args=False)


def linear_model(latent=3, pixels=8, noise=0.3):
    return LinearGaussian(torch.randn(pixels, latent, generator=torch.Generator().manual_seed(1)), noise)


def images_of(model, images, seed=2):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return model.likelihood(model.prior.sample((images,))).sample()


def model_with(**changed):
    """A sound linear model with some of its parts replaced."""
    sound = linear_model()
    return SimpleNamespace(**{part: getattr(sound, part) for part in PARTS} | changed)


@pytest.fixture
def linear():
    model = linear_model()
    return model, images_of(model, 60)


@pytest.fixture
def broken():
    """A network with a weight that is not a number, and no torch distribution that would tell."""
    vae = small_vae()
    with torch.no_grad():
        vae.decoder[0].weight[0, 0] = NAN
    return vae


class Squares(LinearGaussian):
    """x = W z^2 + noise: every posterior has two modes of which the encoder knows one, at most."""

    def posterior(self, x):
        return Independent(Normal(torch.ones(len(x), 1), torch.full((len(x), 1), 0.1)), 1)

    def likelihood(self, z):
        return super().likelihood(z.square())


def test_a_linear_model_agrees_with_its_closed_form(linear):
    model, x = linear
    found = log_likelihood(model, x, EFFORT)
    z = (found["log_likelihood"] - model.log_marginal(x).numpy()) / found["standard_error"]
    assert z.abs().max() < 4
    assert np.sqrt(np.mean(z**2)) < 1.5
    assert found["standard_error"].max() < 0.1


def test_both_modes_count_where_the_encoder_knows_one():
    model = Squares(torch.tensor([[0.5], [-0.4], [0.3], [0.6]]), noise=0.3)
    x = images_of(model, 30)
    found = log_likelihood(model, x, EFFORT)
    error = (found["log_likelihood"] - grid_log_likelihood(model, x).numpy()).abs()
    assert (error < 4 * found["standard_error"]).all()
    assert error.max() < math.log(2) / 2


def test_binary_pixels_add_up_to_one_over_all_images():
    found = log_likelihood(small_vae(pixels=8), every_image(8), EFFORT)
    assert np.exp(found["log_likelihood"]).sum() == pytest.approx(1, abs=0.01)


def test_another_seed_gives_another_estimate_of_the_same(linear):
    model, x = linear
    one, other = (log_likelihood(model, x, EFFORT, seed=seed) for seed in (0, 1))
    assert (one["log_likelihood"] != other["log_likelihood"]).all()
    error = np.hypot(one["standard_error"], other["standard_error"])
    assert ((one["log_likelihood"] - other["log_likelihood"]).abs() < 4.5 * error).all()


def test_the_same_call_gives_the_same_numbers(linear):
    model, x = linear
    torch.manual_seed(0)
    one = log_likelihood(model, x, EFFORT)
    torch.manual_seed(1)
    pd.testing.assert_frame_equal(one, log_likelihood(model, x, EFFORT), check_exact=True)


@pytest.mark.parametrize(("block", "images"), [(1, 12), (7, 40), (1000, 40)])
def test_blocks_of_any_size_give_the_same_numbers(linear, block, images):
    model, x = linear[0], linear[1][:images]
    whole, parts = (log_likelihood(model, x, EFFORT.model_copy(update={"block": size})) for size in (64, block))
    assert np.allclose(*(one.drop(columns="pareto_k") for one in (whole, parts)), rtol=1e-5, atol=1e-4)
    assert np.allclose(whole["pareto_k"], parts["pareto_k"], atol=0.05)


def test_an_image_scores_the_same_whatever_stands_below_it(linear):
    model, x = linear
    whole, first = log_likelihood(model, x, EFFORT), log_likelihood(model, x[:7], EFFORT)
    assert np.allclose(whole["log_likelihood"][:7], first["log_likelihood"], atol=1e-4)


def test_points_held_against_one_image_at_a_time_give_the_same_numbers(linear, monkeypatch):
    model, x = linear
    whole = log_likelihood(model, x, EFFORT)
    monkeypatch.setattr(prior_starts, "AT_ONCE", 1)
    assert np.allclose(whole["log_likelihood"], log_likelihood(model, x, EFFORT)["log_likelihood"], atol=1e-4)


def test_images_that_need_more_effort_get_it():
    effort = EFFORT.model_copy(update={"draws": 64, "target_standard_error": 0.03})
    found = log_likelihood(small_vae(pixels=6), every_image(6), effort)
    assert len(set(found["draws"])) > 1
    assert found.groupby("draws")["passes"].mean().is_monotonic_increasing
    assert found["standard_error"].min() > 0


@pytest.mark.parametrize("kind", [np.uint8, bool, np.float64, np.float32, torch.uint8, torch.bool, torch.float64])
def test_an_image_may_come_in_any_type(kind):
    x = every_image(6)[:9]
    other = torch.from_numpy(x).to(kind) if isinstance(kind, torch.dtype) else x.astype(kind)
    pd.testing.assert_frame_equal(*(log_likelihood(small_vae(pixels=6), one, EFFORT) for one in (x, other)))


@pytest.mark.parametrize("method", [log_likelihood, annealed])
def test_no_image_gives_an_empty_table(method):
    found = method(linear_model(), np.zeros((0, 8)), EFFORT if method is log_likelihood else ANNEALING)
    assert (len(found), "log_likelihood" in found) == (0, True)


def test_a_model_is_left_as_it_was():
    model = small_vae(pixels=6)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    log_likelihood(model, every_image(6)[:5], EFFORT)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(one.grad is None and one.requires_grad and not one.is_inference() for one in model.parameters())


def test_annealing_agrees_with_the_closed_form():
    model = linear_model(noise=1.0)
    x = images_of(model, 40)
    found = annealed(model, x, ANNEALING)
    error = found["log_likelihood"] - model.log_marginal(x).numpy()
    assert (error.abs() < 4 * found["standard_error"] + 0.05).all()
    pd.testing.assert_frame_equal(found, annealed(model, x, ANNEALING), check_exact=True)


@pytest.mark.parametrize("method", [log_likelihood, annealed])
def test_weights_that_are_not_numbers_are_told_in_one_line(broken, method):
    effort = EFFORT if method is log_likelihood else ANNEALING
    with pytest.raises(NumericalError, match="weights that are not finite") as told:
        method(broken, every_image(10)[:5], effort)
    assert len(str(told.value).splitlines()) == 1


def test_what_torch_says_of_weights_that_are_not_numbers_is_told_in_one_line():
    model = linear_model()
    model.loading[0, 0] = NAN
    with pytest.raises(NumericalError, match="cannot be evaluated") as told:
        log_likelihood(model, np.zeros((5, 8)), EFFORT)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.zeros(8), r"shape \(8,\), not \(images, pixels\)"),
        (np.zeros((2, 2, 4)), r"shape \(2, 2, 4\)"),
        (np.array([[0.0] * 8, [NAN] * 8]), r"in row 1 \(1 such rows\)"),
        (torch.full((3, 8), torch.inf), r"in row 0 \(3 such rows\)"),
    ],
)
@pytest.mark.parametrize("method", [log_likelihood, annealed])
def test_images_that_are_no_table_of_finite_numbers_are_refused(method, x, said):
    with pytest.raises(DataError, match=said):
        method(linear_model(), x, EFFORT if method is log_likelihood else ANNEALING)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            model_with(prior=Normal(torch.zeros(3), torch.ones(3))),
            r"prior has batch shape \(3,\) and event shape \(\), .*wrap it",
        ),
        (model_with(posterior=lambda x: Normal(x[:, :3], 1.0)), r"posterior\(x\) is Normal"),
        (
            model_with(posterior=lambda x: MultivariateNormal(x[:, :3], torch.eye(3))),
            r"posterior\(x\) is Multi.*approxim",
        ),
        (
            model_with(posterior=lambda x: standard_normal(4).expand(x.shape[:1])),
            r"event shape \(4,\), not \(1,\) and \(3,\)",
        ),
        (model_with(posterior=VAE(9, (16,), 3).posterior), r"posterior\(x\) fails on an image of 8 pixels: .*mat1"),
        (model_with(prior=standard_normal(3, torch.float64), likelihood=lambda z: standard_normal(8)), "float64; call"),
        (model_with(likelihood=lambda z: Normal(z @ torch.ones(3, 8), 1.0)), r"batch shape \(1, 8\)"),
    ],
)
def test_a_model_of_another_form_is_refused(model, said):
    with pytest.raises(ParameterError, match=said) as told:
        log_likelihood(model, np.zeros((4, 8)), EFFORT)
    assert len(str(told.value).splitlines()) == 1


UNFIT = {
    "prior of a batch": (model_with(prior=standard_normal(3).expand((2,))), r"prior has batch shape \(2,\) .*wrap it"),
    "decoder in double precision": (model_with(likelihood=VAE(8, (16,), 3).double().likelihood), "Double; let .*float"),
    "loading in double precision": (LinearGaussian(linear_model().loading.double(), 0.3), "double; let .*float"),
    "decoder on another device": (model_with(likelihood=VAE(8, (16,), 3).to("meta").likelihood), "meta.*; let .*to"),
    "weights that were never loaded": (VAE(8, (16,), 3).to("meta"), "meta tensors; let .*to"),
    "decoder of other points": (model_with(likelihood=VAE(8, (16,), 2).likelihood), r"1x3 and 2x16\); let .*latent"),
}
UNFIT_FOR_AN_IMAGE = {
    "posterior in double precision": (
        model_with(posterior=lambda x: standard_normal(3, torch.float64).expand(x.shape[:1])),
        r"posterior\(x\) is in torch\.float64 on cpu, and its prior in torch\.float32 on cpu; keep .*`float\(\)`",
    ),
    "posterior on another device": (
        model_with(posterior=lambda x: standard_normal(3, device="meta").expand(x.shape[:1])),
        r"posterior\(x\) is in torch\.float32 on meta, and its prior in torch\.float32 on cpu; keep .*`to\(\)`",
    ),
    "noise in double precision": (
        model_with(likelihood=lambda z: Independent(Normal(z @ torch.ones(3, 8), torch.ones(8).double()), 1)),
        r"likelihood\(z\) is in torch\.float64 on cpu, and its prior in torch\.float32 on cpu; keep .*`float\(\)`",
    ),
}


@pytest.mark.parametrize(
    ("images", "model", "said"),
    [*((0, *case) for case in UNFIT.values()), *((4, *case) for case in (UNFIT | UNFIT_FOR_AN_IMAGE).values())],
    ids=[*(f"{name}, no image" for name in UNFIT), *UNFIT, *UNFIT_FOR_AN_IMAGE],
)
@pytest.mark.parametrize("method", [log_likelihood, annealed])
def test_a_model_whose_parts_do_not_fit_together_is_refused(method, images, model, said):
    with pytest.raises(ParameterError, match=said) as told:
        method(model, np.zeros((images, 8)), EFFORT if method is log_likelihood else ANNEALING)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("method", [log_likelihood, annealed])
def test_a_value_outside_the_support_is_refused_though_the_likelihood_has_a_density_there(method):
    model = model_with(likelihood=lambda z: Independent(Bernoulli(logits=z @ torch.ones(3, 8), validate_args=False), 1))
    x = np.full((4, 8), 0.5, np.float32)
    assert torch.isfinite(model.likelihood(torch.zeros(4, 3)).base_dist.log_prob(torch.from_numpy(x))).all()
    with pytest.raises(DataError, match=r"image 0 has a pixel of 0\.5, .*; binarise first$"):
        method(model, x, EFFORT if method is log_likelihood else ANNEALING)


def test_a_model_without_all_parts_is_refused_with_those_that_it_lacks():
    with pytest.raises(ParameterError, match="no posterior and no likelihood; it needs prior, "):
        check_parts(SimpleNamespace(prior=standard_normal(3)))


@pytest.mark.parametrize("method", [log_likelihood, annealed])
def test_images_of_another_size_than_the_models_are_refused(method):
    with pytest.raises(DataError, match="9 pixels each, and the model is one of images of 8"):
        method(linear_model(), np.zeros((4, 9)), EFFORT if method is log_likelihood else ANNEALING)


def test_the_library_scores_as_the_study_does(linear):
    model, x = linear
    family = SimpleNamespace(given=lambda y: model)
    effort = EFFORT.model_copy(update={"block": len(x)})
    source = partial(stream, 0, "library")
    args = x.numpy(), np.zeros(len(x), np.uint8), np.arange(len(x)), effort, source, torch.device("cpu"), lambda _: None
    found = log_likelihood(model, x, EFFORT)
    pd.testing.assert_frame_equal(found, score(family, *args)[found.columns], check_exact=True)


def test_tensors_that_name_no_device_are_made_where_the_model_is():
    """Torch's fake tensors have a device, here a GPU that need not be there, and no content."""
    with FakeTensorMode():
        with torch.device("cuda"):
            model = VAE(8, (16,), 2)
        with library._at_home(model) as device:
            assert torch.zeros(1).device == device
            assert {reduce(torch.zeros(256, 3)).device for reduce in REDUCTIONS.values()} == {device}
        assert (device.type, torch.zeros(1).device.type) == ("cuda", "cpu")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NOT CHECKED: no CUDA device")
def test_a_gpu_agrees():
    model, images = small_vae(pixels=8), every_image(8)
    here = log_likelihood(model, images, EFFORT)
    there = log_likelihood(model.to("cuda"), images, EFFORT)
    assert np.allclose(here["log_likelihood"], there["log_likelihood"], atol=0.01)
