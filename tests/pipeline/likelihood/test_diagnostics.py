import numpy as np
import pytest
import torch
from arviz_stats.base import array_stats
from pydantic import ValidationError

from pipeline.config import ValidateParams
from pipeline.core.errors import NumericalError
from pipeline.likelihood.diagnostics import pareto_k
from tests.support.parameters import PARAMS


def reference(log_w):
    return array_stats.psislw(-log_w, axis=0)[1]


@pytest.mark.parametrize(("draws", "spread"), [(200, 0.5), (500, 1.0), (1000, 3.0)])
def test_the_shape_is_that_of_arviz(draws, spread):
    log_w = np.random.default_rng(0).normal(-90, spread, size=(draws, 30))
    assert pareto_k(torch.from_numpy(log_w)).numpy() == pytest.approx(reference(log_w), abs=1e-6)


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9])
def test_a_pareto_tail_has_its_own_shape(shape):
    uniform = np.random.default_rng(1).uniform(size=(20_000, 40))
    found = pareto_k(torch.from_numpy(-shape * np.log(uniform))).mean().item()
    assert found == pytest.approx(shape, abs=0.07)


def test_heavier_tails_have_larger_shapes():
    normal = torch.randn(500, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    light, heavy = (pareto_k(scale * normal).mean() for scale in (0.3, 3.0))
    assert light < 0.3
    assert heavy > 0.7


def test_weights_without_spread_are_beyond_suspicion():
    assert (pareto_k(torch.full((500, 3), -80.0, dtype=torch.float64)) == -1).all()


@pytest.mark.parametrize("draws", range(5))
def test_fewer_than_five_draws_have_no_shape(draws):
    with pytest.raises(NumericalError, match=rf"shape of {draws} importance weights is not defined; draw at least 5"):
        pareto_k(torch.zeros(draws, 3))


def test_five_draws_have_a_shape():
    assert torch.isfinite(pareto_k(torch.arange(10.0).reshape(5, 2))).all()


@pytest.mark.parametrize("key", ["curve", "encoder_draws", "draws", "max_draws"])
def test_params_yaml_refuses_numbers_of_draws_without_a_shape(key):
    few = (64, 4) if key == "curve" else 4
    with pytest.raises(ValidationError, match="greater than or equal to 5"):
        ValidateParams(**(PARAMS.validation.model_dump() | {key: few}))
