import math
from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import save

from pipeline.checkpoints import Checkpoint, identity, train_resumably
from pipeline.config import TrainParams
from pipeline.errors import NumericalError
from pipeline.examples import Examples
from pipeline.images import binarise
from pipeline.rng import stream
from pipeline.training import Plan, begin, learning_rate, train
from pipeline.vae.density import elbo
from tests.densities import small_vae

PARAMS = TrainParams(learning_rate=0.01, warmup=0.1, weight_decay=0.1, precision="float32", checkpoint_every=2)


def plan_of(epochs=6, params=PARAMS, batch_size=30):
    return Plan(epochs, batch_size, params, partial(stream, 0, "train", "model"), torch.device("cpu"))


def grey_examples(images=100):
    rng = np.random.default_rng(0)
    prototypes = rng.integers(0, 256, size=(4, 10), dtype=np.uint8)
    digit = rng.integers(0, 4, size=images).astype(np.uint8)
    return Examples(prototypes[digit], digit, redraw=True)


def validation():
    grey = grey_examples()
    return Examples(binarise(grey.pixels, np.random.default_rng(1)), grey.digit, redraw=False)


def trained(folder, plan, on_epoch=lambda progress: None):
    model = small_vae(scale=1.0)
    checkpoint = Checkpoint(folder, "model", identity(model, grey_examples(), validation(), plan))
    history = train_resumably(model, grey_examples(), validation(), plan, checkpoint, on_epoch)
    return save(model.state_dict()), history


class BrokenOffError(Exception):
    pass


@pytest.mark.parametrize("last", [2, 3, 5])
def test_training_that_is_broken_off_and_resumed_ends_with_the_same_bytes(tmp_path, last):
    def break_off(progress):
        if len(progress.history) == last:
            raise BrokenOffError

    weights, history = trained(tmp_path / "whole", plan_of())
    with pytest.raises(BrokenOffError):
        trained(tmp_path / "broken", plan_of(), break_off)
    seen = []
    resumed, resumed_history = trained(
        tmp_path / "broken", plan_of(), lambda progress: seen.append(len(progress.history))
    )
    assert resumed == weights
    assert resumed_history.equals(history)
    assert seen[0] == last - last % 2 + 1


def test_another_learning_rate_does_not_take_up_an_old_checkpoint(tmp_path):
    trained(tmp_path, plan_of())
    other = plan_of(params=PARAMS.model_copy(update={"learning_rate": 0.02}))
    seen = []
    trained(tmp_path, other, lambda progress: seen.append(len(progress.history)))
    assert seen == [1, 2, 3, 4, 5, 6]


def test_a_broken_checkpoint_is_not_taken_up(tmp_path):
    trained(tmp_path, plan_of())
    for file in tmp_path.glob("*.safetensors"):
        file.write_bytes(file.read_bytes()[:-100])
    seen = []
    trained(tmp_path, plan_of(), lambda progress: seen.append(len(progress.history)))
    assert seen[0] == 1


def test_training_raises_the_bound(tmp_path):
    _, history = trained(tmp_path, plan_of(epochs=40))
    assert history["validation_elbo"].iloc[-1] > history["validation_elbo"].iloc[0] + 0.5


@pytest.mark.parametrize("conditional", [False, True])
def test_bfloat16_and_float32_learn_the_same(conditional):
    ends = []
    for precision in ("float32", "bfloat16"):
        model = small_vae(conditional=conditional, scale=1.0)
        plan = plan_of(epochs=20, params=PARAMS.model_copy(update={"precision": precision}))
        progress = begin(model, plan)
        train(model, grey_examples(), validation(), plan, progress, lambda progress: None)
        ends.append(progress.history[-1]["validation_elbo"])
    assert ends[0] == pytest.approx(ends[1], abs=0.1)


def test_a_bound_that_is_not_finite_stops_training_with_its_place():
    params = PARAMS.model_copy(update={"learning_rate": 1.0})
    plan = Plan(3, 30, params, partial(stream, 0), torch.device("cpu"))
    model = small_vae(scale=1.0)
    progress = begin(model, plan)

    def poison(progress):
        with torch.no_grad():
            model.decoder[-1].bias[0] = math.nan

    with pytest.raises(NumericalError, match=r"nan at epoch 2, step 1; the last finite one was -\d"):
        train(model, grey_examples(), validation(), plan, progress, poison)


def test_the_learning_rate_rises_to_its_peak_and_falls_to_zero():
    rates = [learning_rate(step, 1000, PARAMS) for step in range(1000)]
    assert max(rates) == pytest.approx(0.01, rel=1e-6)
    assert np.argmax(rates) == 100
    assert rates[-1] < 1e-6
    assert min(rates) > 0
    assert np.all(np.diff(rates[:101]) > 0)
    assert np.all(np.diff(rates[100:]) < 0)


def test_the_bound_agrees_with_its_definition_by_quadrature():
    model = small_vae(pixels=6, latent_dim=1)
    x = torch.ones(1, 6)
    with torch.no_grad():
        noise = torch.linspace(-8, 8, 4001)[:, None]
        bounds = elbo(model, x.expand(4001, 6), noise)
        density = torch.exp(-0.5 * noise[:, 0] ** 2) / math.sqrt(2 * math.pi)
        mean = (bounds * density).sum() * 16 / 4000
        q = model.posterior(x)
        z = q.mean + q.stddev * noise
        integrand = model.likelihood(z).log_prob(x.expand(4001, 6)) + model.prior.log_prob(z) - q.log_prob(z)
        exact = (integrand * density).sum() * 16 / 4000
    assert mean.item() == pytest.approx(exact.item(), abs=1e-4)


def test_the_last_batch_counts_by_its_size():
    fixed = Examples(validation().pixels, validation().digit, redraw=False)
    still = plan_of(epochs=1, params=PARAMS.model_copy(update={"learning_rate": 1e-12}), batch_size=99)
    whole = plan_of(epochs=1, params=PARAMS.model_copy(update={"learning_rate": 1e-12}), batch_size=100)
    ends = []
    for plan in (still, whole):
        model = small_vae(scale=1.0)
        progress = begin(model, plan)
        train(model, fixed, validation(), plan, progress, lambda progress: None)
        ends.append(progress.history[0]["train_elbo"])
    assert ends[0] == pytest.approx(ends[1], abs=1e-4)
