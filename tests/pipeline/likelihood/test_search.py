"""Searches for modes: which are followed, which are given up, and what they cost."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from pipeline.likelihood.search import GAIN, LENGTHS, MARGIN, SETTLED, UNMOVED, Found, search
from tests.support.annealed import Unlabelled
from tests.support.densities import every_image, normals, small_vae

NOISE = 0.05
SLOPE = 1.34
"""A start on the mountain's slope, lower than the top of the hill."""


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.no_grad():
        yield


@dataclass(frozen=True)
class HillAndMountain:
    """One pixel, 2 z on the right and 1.4 - (z + 2)^2 on the left: 2 has a mode at z = -2 and a far better one at 1."""

    @property
    def prior(self) -> Distribution:
        return Independent(Normal(torch.zeros(1), torch.ones(1)), 1)

    def posterior(self, x: Tensor) -> Distribution:
        return Independent(Normal(torch.zeros_like(x), torch.ones_like(x)), 1)

    def likelihood(self, z: Tensor) -> Distribution:
        return Independent(Normal(torch.where(z > 0, 2 * z, 1.4 - (z + 2) ** 2), NOISE), 1)

    def given(self, y: Tensor) -> "HillAndMountain":  # noqa: ARG002 (it has no use for labels)
        return self


def value_at(model, x, z) -> Tensor:
    return model.likelihood(z).log_prob(x) + model.prior.log_prob(z)


def searched(model, x, start, budget: int) -> Found:
    labels = torch.zeros(len(x), dtype=torch.long)
    return search(model, x, labels, start, value_at(model, x, start), budget)


def budget_for(steps: int, latent: int) -> int:
    return latent + 1 + steps * (latent + 1 + len(LENGTHS))


def climbed_from(*points: float, steps: int) -> Found:
    start = torch.tensor(points).reshape(-1, 1, 1)
    return searched(HillAndMountain(), torch.tensor([[2.0]]), start, budget_for(steps, 1))


def heights(*points: float) -> list[float]:
    return value_at(HillAndMountain(), torch.tensor([[2.0]]), torch.tensor(points).reshape(-1, 1, 1)).flatten().tolist()


def test_a_start_far_below_the_best_one_is_followed_when_steps_are_left_to_overtake_it():
    found = climbed_from(-2.0, SLOPE, steps=6)
    hill, slope = heights(-2.0, SLOPE)
    assert MARGIN < hill - slope < MARGIN + 6 * GAIN
    assert found.kept.flatten().tolist() == [True, True]
    assert found.tops.z[1, 0, 0].item() == pytest.approx(1.0, abs=0.01)


def test_a_search_that_stays_far_below_is_given_up_after_the_steps_that_show_it():
    found = climbed_from(-2.2, 1.2, steps=7)
    start, near, hill, top = heights(-2.2, 1.2, -2.0, 1.0)
    assert MARGIN < near - start < MARGIN + 7 * GAIN
    assert MARGIN + 6 * GAIN < top - hill < MARGIN + 7 * GAIN
    assert found.kept.flatten().tolist() == [False, True]
    assert found.passes.tolist() == [2 * (7 + 1) + 2 + (2 + len(LENGTHS))]


def test_without_steps_it_is_left_and_the_first_start_is_looked_at_alone():
    found = climbed_from(-2.0, SLOPE, steps=0)
    assert found.kept.flatten().tolist() == [True, False]
    assert found.tops.z[0, 0, 0] == -2.0
    assert found.passes.tolist() == [2.0]


def test_the_first_start_is_followed_however_far_below():
    start = torch.tensor([-6.0, 1.0]).reshape(2, 1, 1)
    found = searched(HillAndMountain(), torch.tensor([[2.0]]), start, budget=0)
    assert found.kept.flatten().tolist() == [True, True]


def test_of_two_searches_that_meet_that_one_is_given_up_which_started_far_below():
    model, x = Unlabelled(normals(5, 2, seed=1), noise=0.7), normals(40, 5, seed=2)
    start = torch.stack([torch.zeros(40, 2), torch.full((40, 2), 4.0)])
    found = searched(model, x, start, budget_for(12, 2))
    far = (value_at(model, x, start).diff(dim=0).abs() >= MARGIN).flatten()
    assert far.float().mean() > 0.5
    assert torch.equal(found.kept.sum(dim=0), 2 - far.long())
    assert found.tops.gradient[found.kept].norm(dim=-1).max() < 0.01


def test_a_search_rests_when_it_gains_no_more():
    brief, long = (climbed_from(-2.0, SLOPE, steps=steps) for steps in (20, 60))
    extra = [found.passes - 2 * (steps + 1) for found, steps in ((brief, 20), (long, 60))]
    assert brief.kept.flatten().tolist() == [True, True]
    assert torch.equal(*extra)
    assert extra[0] < budget_for(10, 1)
    start, hill = heights(-2.01, -2.0)
    assert 0 < hill - start < SETTLED
    arrived = climbed_from(-2.01, 1.2, steps=20)
    assert arrived.passes.tolist() == [2 * (20 + 1) + 2 + (2 + len(LENGTHS))]


def test_the_search_ends_no_lower_than_any_start_of_its_image_and_keeps_one_of_each():
    model, x = small_vae(pixels=12, latent_dim=4, scale=12.0), torch.from_numpy(every_image(12)[::37]).float()
    start = normals(9, len(x), 4)
    found = searched(model, x, start, budget_for(5, 4))
    best = found.tops.value.masked_fill(~found.kept, -torch.inf).amax(dim=0)
    assert found.kept.any(dim=0).all()
    assert (best >= value_at(model, x, start).amax(dim=0) - 1e-4).all()


def test_passes_are_the_looks_at_the_starts_and_the_steps_of_those_that_go_on():
    model, x = small_vae(pixels=12, latent_dim=4, scale=12.0), torch.from_numpy(every_image(12)[::37]).float()
    start = normals(3, len(x), 4)
    unmoved, once = (searched(model, x, start, budget_for(steps, 4)) for steps in (0, 1))
    short = searched(model, x, start, budget_for(1, 4) - 1)
    below = value_at(model, x, start).amax(dim=0) - value_at(model, x, start)
    first = torch.arange(3).unsqueeze(-1) == 0
    close, near, far = below < UNMOVED, below < MARGIN, (below < MARGIN + GAIN) | first
    assert torch.equal(unmoved.passes, 5.0 * (close | first).sum(dim=0))
    assert torch.equal(short.passes, unmoved.passes)
    assert torch.equal(once.passes, 2 * 5.0 * near.sum(dim=0) + (5.0 + 8.0) * (far & ~near).sum(dim=0))


def test_the_searches_of_an_image_are_nothing_to_those_of_another():
    model, x = small_vae(pixels=12, latent_dim=4, scale=12.0), torch.from_numpy(every_image(12)[::97]).float()
    start = normals(6, len(x), 4)
    together = searched(model, x, start, budget_for(4, 4))
    for one in range(0, len(x), 5):
        alone = searched(model, x[one : one + 1], start[:, one : one + 1], budget_for(4, 4))
        assert torch.equal(alone.kept[:, 0], together.kept[:, one])
        kept = alone.kept[:, 0]
        assert torch.allclose(alone.tops.z[kept, 0], together.tops.z[kept, one], atol=1e-3)
        assert alone.passes[0] == together.passes[one]


def test_an_image_that_nothing_explains_keeps_a_search_beside_one_that_is_explained():
    start = torch.tensor([[-9.0, 1.0], [-8.0, SLOPE]]).unsqueeze(-1)
    found = searched(HillAndMountain(), torch.tensor([[2.0], [2.0]]), start, budget_for(1, 1))
    assert found.tops.value[:, 0].max() < found.tops.value[:, 1].max() - MARGIN - GAIN
    assert found.kept.any(dim=0).all()
