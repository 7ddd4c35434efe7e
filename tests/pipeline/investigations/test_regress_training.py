from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch.nn import LeakyReLU, Linear, Sequential
from torch.nn.functional import softplus

from pipeline.core.errors import NumericalError
from pipeline.core.rng import stream
from pipeline.investigations.regress.data import Points, draw, truth
from pipeline.investigations.regress.models import log_density, network, objective, size
from pipeline.investigations.regress.optimiser import clip
from pipeline.investigations.regress.training import initial, predictor, train
from tests.support.parameters import PARAMS

WHOLE = PARAMS.regress
PARAMS = WHOLE.model_copy(update={"points": 15, "holdout": 9, "seeds": 3})
POINTS = draw(PARAMS, 15, partial(stream, 0, "points"))
HOLDOUT = draw(PARAMS, 9, partial(stream, 0, "holdout"))
SOURCE = partial(stream, 0, "weights")
STEPS = 25


def select(points, seed):
    return Points(points.x[seed : seed + 1], points.y[seed : seed + 1])


@pytest.fixture(scope="module", params=WHOLE.variants)
def trained(request):
    variant = WHOLE.variants[request.param]
    return variant, train(variant, POINTS, HOLDOUT, SOURCE, STEPS, 10)


def as_modules(weights, widths):
    """Build the network of one row from torch's own layers."""
    layers, place = [], 0
    for inputs, outputs in pairwise(widths):
        layer = Linear(inputs, outputs)
        with torch.no_grad():
            layer.weight.copy_(weights[place : place + inputs * outputs].view(outputs, inputs))
            place += inputs * outputs
            layer.bias.copy_(weights[place : place + outputs])
            place += outputs
        layers += [layer, LeakyReLU()]
    return Sequential(*layers[:-1])


def test_a_row_of_weights_is_the_network_of_torchs_layers(trained):
    variant, _ = trained
    widths = (1, *variant.hidden, 1)
    weights, x = initial(variant, 3, SOURCE)[:, : size(widths)], torch.from_numpy(POINTS.x)
    found = network(weights, x, widths)
    for row in range(3):
        wanted = as_modules(weights[row], widths)(x[row][:, None])[:, 0]
        torch.testing.assert_close(found[row], wanted)


def test_the_trace_is_the_plain_log_likelihood_whatever_was_optimised(trained):
    _, run = trained
    plain = norm(run.f.astype(float), run.sigma.astype(float)).logpdf(POINTS.y).sum(-1)
    assert run.train == pytest.approx(plain)
    assert run.holdout.shape == (3, 3)
    assert run.looks.tolist() == [0, 10, 20]


def test_seeds_trained_together_are_seeds_trained_alone(trained):
    variant, run = trained
    for seed in range(3):
        alone = partial(_shifted, seed)
        one = train(variant, select(POINTS, seed), select(HOLDOUT, seed), alone, STEPS, 10)
        np.testing.assert_allclose(run.train[:, seed], one.train[:, 0], rtol=1e-4)
        np.testing.assert_allclose(run.holdout[:, seed], one.holdout[:, 0], rtol=1e-4)


def _shifted(by, name, seed):
    return SOURCE(name, seed + by)


def test_the_same_training_gives_the_same_bytes(trained):
    variant, run = trained
    again = train(variant, POINTS, HOLDOUT, SOURCE, STEPS, 10)
    assert run.f.tobytes() == again.f.tobytes()
    assert run.sigma.tobytes() == again.sigma.tobytes()


@pytest.mark.parametrize("name", ["varying", "clipped", "slow-mean"])
def test_training_is_that_of_torchs_adam(name):
    variant = WHOLE.variants[name]
    widths = (1, *variant.hidden, 1)
    row, k = initial(variant, 1, SOURCE)[0], size(widths)
    f, s = as_modules(row[:k], widths), as_modules(row[k:], widths)
    groups = [(f, variant.learning_rate), (s, variant.learning_rate_sigma)]
    adam = torch.optim.Adam([{"params": list(part.parameters()), "lr": rate} for part, rate in groups])
    x, y = torch.from_numpy(POINTS.x[0])[:, None], torch.from_numpy(POINTS.y[0])
    trace = []
    for _ in range(STEPS):
        loss = -log_density(y, f(x)[:, 0], softplus(s(x)[:, 0])).sum()
        trace.append(-loss.item())
        adam.zero_grad()
        loss.backward()
        if variant.clip is not None:
            torch.nn.utils.clip_grad_norm_([*f.parameters(), *s.parameters()], variant.clip)
        adam.step()
    run = train(variant, select(POINTS, 0), select(HOLDOUT, 0), SOURCE, STEPS, 10)
    np.testing.assert_allclose(run.train[:, 0], trace, rtol=1e-3)


def test_sigma_is_one_number_or_above_its_floor(trained):
    variant, run = trained
    if variant.sigma == "constant":
        assert np.ptp(run.sigma, axis=2).max() == 0
    else:
        assert np.ptp(run.sigma, axis=2).min() > 0
        assert run.sigma.min() >= variant.floor


def test_a_floor_is_added_to_sigma_and_changes_nothing_else():
    floor, plain = (WHOLE.variants[name] for name in ("floor", "varying"))
    weights, x = initial(plain, 3, SOURCE), torch.from_numpy(POINTS.x)
    (f, raised), (same, sigma) = (predictor(variant)(weights, x) for variant in (floor, plain))
    assert torch.equal(f, same)
    torch.testing.assert_close(raised, sigma + floor.floor)
    assert floor.floor > 0


def test_sigma_is_a_network_of_its_own():
    variant = WHOLE.variants["varying"]
    weights, x = initial(variant, 3, SOURCE).requires_grad_(), torch.from_numpy(POINTS.x)
    half = weights.shape[1] // 2
    for of_sigma, value in enumerate(predictor(variant)(weights, x)):
        (gradient,) = torch.autograd.grad(value.sum(), weights, retain_graph=True)
        assert gradient[:, (1 - of_sigma) * half :][:, :half].abs().max() == 0
        assert gradient[:, of_sigma * half :][:, :half].abs().max() > 0


def test_with_beta_zero_the_objective_is_the_log_likelihood_and_otherwise_each_gradient_is_weighted():
    y, f, raw = torch.randn(3, 2, 7, dtype=torch.float64).unbind(0)
    sigma = raw.exp().requires_grad_()
    assert torch.equal(objective(y, f, sigma, 0.0), log_density(y, f, sigma).sum(-1))
    (plain,) = torch.autograd.grad(objective(y, f, sigma, 0.0).sum(), sigma)
    (weighted,) = torch.autograd.grad(objective(y, f, sigma, 0.5).sum(), sigma)
    torch.testing.assert_close(weighted, plain * sigma.detach())


def test_the_gradient_of_each_seed_is_clipped_by_itself():
    gradient = torch.tensor([[3.0, 4.0], [0.3, 0.4]])
    assert clip(gradient, 1.0).tolist() == [pytest.approx([0.6, 0.8]), pytest.approx([0.3, 0.4])]


def test_points_scatter_around_the_true_function_with_the_noises_standard_deviation():
    many = draw(WHOLE.model_copy(update={"seeds": 2}), 20_000, partial(stream, 0, "many"))
    line, sigma = truth(many.x, WHOLE)
    scaled = (many.y - line) / sigma
    assert (np.diff(many.x) >= 0).all()
    assert abs(scaled.mean()) < 0.02
    for end in (many.x < 0.4, many.x > 3.6):
        assert scaled[end].std() == pytest.approx(1, abs=0.05)
    assert sigma.min() == pytest.approx(WHOLE.quiet, rel=0.01)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_log_likelihood_that_is_not_finite_is_an_error():
    broken = Points(POINTS.x, np.full_like(POINTS.y, np.inf))
    with pytest.raises(NumericalError, match="learning_rate"):
        train(WHOLE.variants["varying"], broken, HOLDOUT, SOURCE, 3, 1)
