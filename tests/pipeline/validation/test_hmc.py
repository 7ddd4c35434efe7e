import math

import pytest
import torch

from pipeline.validation.certify.hmc import evaluate, leapfrog, transition

ONE = torch.ones(1, dtype=torch.float64)
DEVIATION = torch.tensor([0.3, 1.0, 2.0])
MEAN = torch.tensor([1.0, -2.0, 0.5])


def bent(z):
    """A density with no symmetry: its force is nowhere linear."""
    return (-0.5 * z.square().sum(-1) + torch.sin(z[..., 0] * z[..., 1]) - 0.1 * z[..., 1] ** 4,)


def gaussian(z):
    return (torch.distributions.Normal(MEAN, DEVIATION).log_prob(z).sum(-1),)


def generator():
    return torch.Generator().manual_seed(3)


def test_the_gradient_is_that_of_each_term():
    z = torch.randn(4, 5, 2, generator=generator())
    point = evaluate(lambda z: (z.square().sum(-1), z[..., 0].exp()), z)
    assert torch.allclose(point.gradients[0], 2 * z)
    assert torch.allclose(point.gradients[1], torch.stack([z[..., 0].exp(), torch.zeros(4, 5)], dim=-1))
    assert torch.allclose(point.force(torch.tensor([1.0, 3.0]).double()), point.gradients[0] + 3 * point.gradients[1])


def test_leapfrog_is_undone_by_turning_round():
    z = torch.randn(6, 3, 2, generator=generator(), dtype=torch.float64)
    momentum, step = torch.randn_like(z), torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)[:, None].expand(6, 3, 2)
    there, arrived = leapfrog(bent, ONE, evaluate(bent, z), momentum, step, 7)
    back, returned = leapfrog(bent, ONE, there, -arrived, step, 7)
    assert (there.z - z).abs().max() > 0.1
    assert torch.allclose(back.z, z, atol=1e-10)
    assert torch.allclose(returned, -momentum, atol=1e-10)


def test_leapfrog_preserves_volume():
    step = torch.tensor([[[0.3, 0.2]]], dtype=torch.float64)

    def move(start):
        there, arrived = leapfrog(bent, ONE, evaluate(bent, start[:2].view(1, 1, 2)), start[2:].view(1, 1, 2), step, 5)
        return torch.cat([there.z.flatten(), arrived.flatten()])

    start, h = torch.tensor([0.4, -0.7, 1.1, 0.2], dtype=torch.float64), 1e-5
    columns = [(move(start + h * e) - move(start - h * e)) / (2 * h) for e in torch.eye(4, dtype=torch.float64)]
    jacobian = torch.stack(columns, dim=1)
    assert torch.linalg.det(jacobian).item() == pytest.approx(1, abs=1e-6)
    assert (jacobian - torch.eye(4)).abs().max() > 0.5


def test_leapfrog_keeps_the_energy_to_the_second_order_of_the_step():
    z = torch.randn(50, 1, 2, generator=generator(), dtype=torch.float64)
    momentum, start = torch.randn(z.shape, generator=generator(), dtype=torch.float64), evaluate(bent, z)

    def drift(step, steps):
        end, arrived = leapfrog(bent, ONE, start, momentum, torch.full((50, 1, 2), step).double(), steps)
        energy = (arrived.square() - momentum.square()).sum(-1) / 2 - end.terms[0] + start.terms[0]
        return energy.abs().mean()

    assert drift(0.05, 20) / drift(0.1, 10) == pytest.approx(1 / 4, rel=0.15)


def run(target, z, step, sweeps):
    point, seen, accepted, source = evaluate(target, z), [], [], generator()
    for _ in range(sweeps):
        momentum = torch.randn(z.shape, generator=source)
        uniform = torch.rand(z.shape[:2], generator=source)
        point, probability = transition(target, ONE, point, momentum, uniform, step[:, None].expand(z.shape), 3)
        seen.append(point.z)
        accepted.append(probability)
    return torch.stack(seen), torch.stack(accepted)


def test_draws_of_a_normal_stay_draws_of_it_even_when_steps_are_coarse():
    z = MEAN + DEVIATION * torch.randn(4000, 2, 3, generator=generator())
    seen, accepted = run(gaussian, z, torch.tensor([0.3, 0.59]), 20)
    rates = accepted.mean(dim=(0, 1))
    assert 0.2 < rates[1] < 0.9 < rates[0]
    error = (seen[-1].mean(0) - MEAN) / (DEVIATION / math.sqrt(4000))
    assert error.abs().max() < 4
    assert ((seen[-1].std(0) / DEVIATION - 1) * math.sqrt(2 * 4000)).abs().max() < 4


def test_chains_find_the_normal_from_elsewhere():
    seen, _ = run(gaussian, torch.zeros(400, 1, 3), torch.tensor([0.4]), 150)
    late = seen[50:].flatten(0, 2)
    assert torch.allclose(late.mean(0), MEAN, atol=0.1)
    assert torch.allclose(late.std(0), DEVIATION, rtol=0.07)


def test_a_proposal_that_leaves_the_finite_numbers_is_refused():
    def fenced(z):
        return (torch.where(z[..., 0] > 0.5, torch.nan, -z.square().sum(-1)),)

    point = evaluate(fenced, torch.zeros(200, 1, 2))
    seen, accepted = run(fenced, point.z, torch.tensor([0.5]), 5)
    assert (accepted == 0).any()
    assert seen.isfinite().all()
    assert (seen[..., 0] <= 0.5).all()
