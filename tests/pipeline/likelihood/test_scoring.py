"""Scores do not depend on what stands beside an image, nor on draws that decided its effort; and their cost is told."""

from functools import partial

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from pipeline.core.rng import stream
from pipeline.likelihood.flops import decoder_multiply_adds
from pipeline.likelihood.scoring import prior_points, score
from pipeline.likelihood.subset_means import trustworthy
from pipeline.models.plain import VAE
from tests.pipeline.likelihood.test_likelihood import CPU, score_all
from tests.pipeline.likelihood.test_likelihood_truth import LEVELS, OTHERS, SOME, awkward, pictures
from tests.support.parameters import PARAMS

pytestmark = pytest.mark.usefixtures("_without_gradients")
TOLERANCE = {4.0: 0.02, 20.0: 0.036}
"""With which about half of the images are given more than the first level's effort, by the model's scale."""


@pytest.fixture
def _without_gradients():
    with torch.no_grad():
        yield


@pytest.mark.parametrize("scale", TOLERANCE)
def test_blocks_and_orders_of_any_kind_give_the_same_scores(scale):
    model, ids, effort = (
        awkward(scale=scale),
        np.arange(len(SOME), dtype=np.int32),
        {"target_standard_error": TOLERANCE[scale]},
    )
    whole = score_all(model, SOME, block=len(SOME), draws=256, **effort)
    assert 0.3 < (whole["draws"] > 256).mean() < 0.7
    for block, first in [(1, 8), (5, 36), (16, 128), (64, 128)]:
        order = np.random.default_rng(block).permutation(first)
        table = score_all(model, SOME[order], ids=ids[order], block=block, draws=256, **effort)
        found, wanted = table.set_index("id").loc[ids[:first]], whole.set_index("id").loc[ids[:first]]
        apart = np.abs(found["log_likelihood"] - wanted["log_likelihood"])
        joint = np.hypot(found["standard_error"], wanted["standard_error"])
        assert list(table["id"]) == list(order)
        assert np.sum(apart > 1e-3) <= (0 if scale == 4.0 else max(1, 0.05 * first))
        assert (apart <= np.maximum(1e-3, 4 * joint)).all()
        same = found["draws"] == wanted["draws"]
        assert same.mean() > 0.97
        assert np.allclose(found["passes"][same], wanted["passes"][same], rtol=0.02)


def test_the_random_numbers_of_an_image_are_those_of_its_model_and_id():
    model, ids = awkward(), np.arange(100, 132, dtype=np.int32)
    first = score_all(model, SOME[:32], ids=ids, block=8)
    beside = np.where(np.arange(32) % 2 == 0, ids, ids + 5000).astype(np.int32)
    mixed = score_all(model, SOME[np.arange(32) + 40 * (np.arange(32) % 2)], ids=beside, block=8)
    renamed, elsewhere = score_all(model, SOME[:32], ids=ids + 1), score_all(model, SOME[:32], ids=ids, name="other")
    same = np.arange(0, 32, 2)
    for column in ("elbo", "log_likelihood", "standard_error"):
        assert np.allclose(first[column][same], mixed[column][same], atol=1e-4)
        assert (np.abs(first[column] - renamed[column]) > 1e-6).all()
        assert (np.abs(first[column] - elsewhere[column]) > 1e-6).all()


@pytest.fixture(scope="module")
def more_and_once():
    """The scores with three levels of effort, and with one."""
    with torch.no_grad():
        return tuple(score_all(awkward(), SOME, block=128, **LEVELS, levels=levels) for levels in (3, 1))


def test_only_images_that_are_given_more_have_other_numbers_for_it(more_and_once):
    more, once = more_and_once
    stayed = more["draws"] == 256
    assert np.allclose(once["log_likelihood"][stayed], more["log_likelihood"][stayed], atol=1e-5)
    assert (np.abs(once["log_likelihood"] - more["log_likelihood"])[~stayed] > 1e-5).all()
    assert np.allclose(once["elbo"], more["elbo"], atol=1e-5)


def test_those_images_are_given_more_that_need_it_and_gain_by_it(more_and_once):
    more, once = more_and_once
    stayed, tolerance = more["draws"] == 256, LEVELS["target_standard_error"]
    assert once["standard_error"][stayed].median() < tolerance < once["standard_error"][~stayed].median()
    assert more["standard_error"][~stayed].median() < 0.7 * once["standard_error"][~stayed].median()


class Asked:
    """A source of random numbers that knows what it was asked for, and has others for one purpose at one level."""

    def __init__(self, *other):
        self.other = other
        self.names = []

    def __call__(self, *names):
        self.names.append(names)
        return stream(int(names[1:] in self.other), *names)


def scored_with(asked, images, block):
    params = PARAMS.score.model_copy(update={"prior_points": 500, "block": block} | LEVELS)
    zeros, ids = np.zeros(len(images), np.uint8), np.arange(len(images), dtype=np.int32)
    return score(awkward(), images, zeros, ids, params, asked, CPU, lambda images: None)


def test_no_random_number_serves_twice():
    told = Asked()
    assert (scored_with(told, OTHERS[:12], block=1)["draws"] > 256).any()
    assert len(told.names) == len(set(told.names))


def test_draws_that_led_to_more_effort_serve_no_later_estimate():
    found, other = (scored_with(Asked(*names), OTHERS, 64) for names in ((), ((0, "draws"),)))
    stayed, went = ((found["draws"] == 256) & (other["draws"] == 256), (found["draws"] > 256) & (other["draws"] > 256))
    assert 0.3 < stayed.mean() < 0.7
    assert 0.3 < went.mean() < 0.7
    assert (found["log_likelihood"] != other["log_likelihood"])[stayed].all()
    assert (np.abs(found["log_likelihood"] - other["log_likelihood"])[went] < 1e-4).all()


def test_an_image_whose_weights_have_a_heavy_tail_gets_fresh_draws_and_those_left_with_one_are_counted():
    narrow = {
        "widths": (1.0,),
        "width_shares": (1.0,),
        "draws": 256,
        "target_standard_error": 1e300,
        "refine_rounds": 1,
    }
    once, more = (score_all(awkward(), SOME, block=128, **narrow, levels=levels) for levels in (1, 2))
    heavy = ~trustworthy(once)
    assert 0.02 < heavy.mean() < 0.6
    assert ((more["draws"] == 1024) == heavy).all()
    assert np.allclose(once["log_likelihood"][~heavy], more["log_likelihood"][~heavy], atol=1e-4)
    assert (~trustworthy(more)).mean() < 0.5 * heavy.mean()
    assert (more["passes"][heavy] > once["passes"][heavy] + 1024).all()


class OwnLikelihood(VAE):
    """A model whose layers the estimator does not look into."""

    def likelihood(self, z):
        return super().likelihood(z)


class Products(TorchDispatchMode):
    """Counts the multiply-adds of all matrix products."""

    total = 0.0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        count = flop_registry.get(function._overloadpacket)
        if count is None:
            with self:
                parts = function.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        out = function(*args, **kwargs)
        self.total += count(*args, **kwargs, out_val=out) / 2 if count else 0.0
        return out


def wide(family, latent=10):
    torch.manual_seed(0)
    model = family(196, (128, 128), latent)
    model.decoder[-1].weight.mul_(4)
    return model


@pytest.mark.parametrize(
    "effort", [{}, {"refine_rounds": 40}, {"draws": 2000}, {"target_standard_error": 0.02, "levels": 2}]
)
def test_passes_are_the_multiply_adds_of_all_work_on_an_image(effort):
    model, images = wide(OwnLikelihood), pictures(wide(VAE), 16)
    with Products() as counted:
        found = score_all(model, images, block=16, **{"draws": 256, "levels": 1} | effort)
    one = decoder_multiply_adds(model, torch.zeros(1, 10))
    levels = 1 + (found["draws"].max() > 256) * (effort.get("levels", 1) > 1)
    encoder = (1 + levels) * len(images) * sum(layer.weight.numel() for layer in model.encoder[::2])
    assert found["passes"].sum() == pytest.approx((counted.total - encoder) / one - 500, rel=0.1)


def test_a_model_whose_layers_are_not_known_is_scored_as_one_whose_layers_are():
    known, model = awkward(), OwnLikelihood(10, (16,), 2)
    model.load_state_dict(known.state_dict())
    fast, general = score_all(known, OTHERS, draws=256), score_all(model, OTHERS, draws=256)
    apart = np.abs(fast["log_likelihood"] - general["log_likelihood"])
    assert (apart < np.maximum(1e-3, 4 * np.hypot(fast["standard_error"], general["standard_error"]))).all()
    assert np.allclose(fast["elbo"], general["elbo"], atol=1e-4)


def test_half_of_the_points_lie_farther_out_where_there_are_few_latent_dimensions():
    effort = PARAMS.score.model_copy(update={"low_latent": 2, "low_prior_points": 8000, "low_spread": 3.0})
    far, near = prior_points(awkward(), effort, partial(stream, 0, "points"), CPU).tensor_split(2)
    assert far.std(dim=0).tolist() == pytest.approx([3.0, 3.0], rel=0.05)
    assert near.std(dim=0).tolist() == pytest.approx([1.0, 1.0], rel=0.05)
    one = effort.model_copy(update={"low_latent": 1, "prior_points": 8000})
    assert prior_points(awkward(), one, partial(stream, 0, "points"), CPU).std().item() == pytest.approx(1, rel=0.05)
