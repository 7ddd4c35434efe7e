import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

from pipeline.config import ModelParams, TrainParams
from pipeline.core.errors import NumericalError
from pipeline.core.rng import stream
from pipeline.data.examples import Examples
from pipeline.data.images import binarise
from pipeline.models.build import KINDS, build, start
from pipeline.models.checkpoints import Checkpoint, identity, train_resumably
from pipeline.models.density import elbo
from pipeline.models.distributions import BernoulliPixels, gaussian_head
from pipeline.models.files import load_model, save_model
from pipeline.models.plain import VAE
from pipeline.models.training import Plan, begin, learning_rate, mean_elbo, train
from tests.pipeline.likelihood.test_likelihood import score_all
from tests.support.densities import small_vae

PARAMS = TrainParams(learning_rate=0.01, warmup=0.1, weight_decay=0.1, precision="float32", checkpoint_every=2)
VARIANT = ModelParams(
    kind="vae",
    latent_dim=2,
    label="none",
    encoder_sees_label=False,
    train_on="core",
    binarisation="stochastic",
    seed=0,
    epochs=80,
    score_on="all",
)


def plan_of(epochs=6, params=PARAMS, batch_size=30):
    return Plan(epochs, batch_size, params, partial(stream, 0, "train", "model"), torch.device("cpu"))


def grey_examples(images=100):
    rng = np.random.default_rng(0)
    prototypes = rng.integers(0, 256, size=(4, 10), dtype=np.uint8)
    label = rng.integers(0, 4, size=images).astype(np.uint8)
    return Examples(prototypes[label], label, redraw=True)


def validation():
    grey = grey_examples()
    return Examples(binarise(grey.pixels, np.random.default_rng(1)), grey.label, redraw=False)


def trained(folder, plan, on_epoch=lambda progress: None):
    model = small_vae(scale=1.0)
    checkpoint = Checkpoint(folder, "model", identity(model, grey_examples(), validation(), plan))
    history = train_resumably(model, grey_examples(), validation(), plan, checkpoint, on_epoch)
    return save(model.state_dict()), history


def batches_of(examples, plan):
    """The binary images that a model sees while it is trained, epoch by epoch, in their order."""
    model, seen = small_vae(scale=1.0), []
    model.encoder.register_forward_hook(lambda network, inputs, output: seen.append(inputs[0].numpy()))
    train(model, examples, validation(), plan, begin(model, plan), lambda progress: None)
    steps = plan.steps(len(examples.pixels))
    return [np.concatenate(seen[first : first + steps]) for first in range(0, len(seen), steps + 1)]


class Skipping(VAE):
    """A kind of model with a layer from the point to the pixels."""

    def __init__(self, pixels, hidden, latent_dim):
        super().__init__(pixels, hidden, latent_dim)
        self.skip = nn.Linear(latent_dim, pixels)

    def likelihood(self, z):
        return BernoulliPixels(self.decoder(z) + self.skip(z))


def test_a_new_kind_of_model_is_a_class_and_a_row_and_is_trained_kept_and_scored(monkeypatch, tmp_path):
    monkeypatch.setitem(KINDS, "skipping", Skipping)
    params, plan = VARIANT.model_copy(update={"kind": "skipping"}), plan_of(epochs=2)
    model = start(build(10, (8,), params), np.full(10, 0.5), stream(0, "skipping"))
    before = model.skip.weight.clone()
    train(model, grey_examples(), validation(), plan, begin(model, plan), lambda progress: None)
    save_model(tmp_path / "weights.safetensors", model, {})
    found = load_model(tmp_path / "weights.safetensors", params, (8,))
    assert type(found) is Skipping
    assert not torch.equal(found.skip.weight, before)
    with torch.no_grad():
        scores = [score_all(one, validation().pixels[:4], draws=64)["log_likelihood"] for one in (model, found)]
    assert np.isfinite(scores[0]).all()
    assert scores[0].equals(scores[1])


class BrokenOffError(Exception):
    pass


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("last", [2, 3, 5])
def test_training_that_is_broken_off_and_resumed_ends_with_the_same_bytes(tmp_path, last, precision):
    plan = plan_of(params=PARAMS.model_copy(update={"precision": precision}))

    def break_off(progress):
        if len(progress.history) == last:
            raise BrokenOffError

    weights, history = trained(tmp_path / "whole", plan)
    with pytest.raises(BrokenOffError):
        trained(tmp_path / "broken", plan, break_off)
    seen = []
    resumed, resumed_history = trained(tmp_path / "broken", plan, lambda progress: seen.append(len(progress.history)))
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
    fixed = Examples(validation().pixels, validation().label, redraw=False)
    still = plan_of(epochs=1, params=PARAMS.model_copy(update={"learning_rate": 1e-12}), batch_size=99)
    whole = plan_of(epochs=1, params=PARAMS.model_copy(update={"learning_rate": 1e-12}), batch_size=100)
    ends = []
    for plan in (still, whole):
        model = small_vae(scale=1.0)
        progress = begin(model, plan)
        train(model, fixed, validation(), plan, progress, lambda progress: None)
        ends.append(progress.history[0]["train_elbo"])
    assert ends[0] == pytest.approx(ends[1], abs=1e-4)


def test_grey_images_are_made_binary_anew_each_epoch():
    epochs = batches_of(grey_examples(), plan_of(epochs=40))
    ones = np.stack([epoch.sum(axis=0) for epoch in epochs])
    assert len(np.unique(ones, axis=0)) == 40
    assert ones.mean(axis=0) / 100 == pytest.approx(grey_examples().pixels.mean(axis=0) / 255, abs=0.05)


def test_every_epoch_has_every_image_once_in_an_order_of_its_own():
    first, second = batches_of(validation(), plan_of(epochs=2))
    rows = sorted(validation().pixels.tolist())
    assert sorted(first.tolist()) == sorted(second.tolist()) == rows
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, validation().pixels)


def test_every_random_number_of_training_is_the_models_own(tmp_path):
    plan = plan_of(epochs=1)
    others = [partial(stream, 1, "train", "model"), partial(stream, 0, "train", "another")]
    ends = {trained(tmp_path / str(n), replace(plan, stream=one))[0] for n, one in enumerate([plan.stream, *others])}
    assert len(ends) == 3


def test_a_step_without_a_gradient_shrinks_the_weights_and_no_bias():
    model, rate = small_vae(), 0.5
    progress = begin(model, plan_of())
    with torch.no_grad():
        before = {name: values.fill_(1.0).clone() for name, values in model.named_parameters()}
    for values in model.parameters():
        values.grad = torch.zeros_like(values)
    for group in progress.optimizer.param_groups:
        group["lr"] = rate
    progress.optimizer.step()
    for name, values in model.named_parameters():
        left = 1 - rate * PARAMS.weight_decay if name.endswith("weight") else 1
        torch.testing.assert_close(values.detach(), left * before[name])


def test_the_schedule_spans_the_whole_training(tmp_path):
    _, history = trained(tmp_path, plan_of())
    expected = [learning_rate(4 * epoch - 1, 24, PARAMS) for epoch in range(1, 7)]
    assert history["learning_rate"].tolist() == pytest.approx(expected)


def test_the_curve_ends_with_the_bounds_of_the_trained_model():
    model, plan = small_vae(scale=1.0), plan_of(params=PARAMS.model_copy(update={"learning_rate": 1e-9}))
    progress = begin(model, plan)
    train(model, grey_examples(), validation(), plan, progress, lambda progress: None)
    last = progress.table().iloc[-1]
    assert last["validation_elbo"] == mean_elbo(model, validation(), plan)
    with torch.no_grad():
        x = torch.from_numpy(np.tile(validation().pixels, (200, 1))).float()
        bound = elbo(model, x, torch.randn(len(x), 2, generator=torch.Generator().manual_seed(0))).mean().item()
    assert last["validation_elbo"] == pytest.approx(bound, abs=0.5)
    assert last["train_elbo"] == pytest.approx(bound, abs=0.5)
    assert last["train_elbo"] != last["validation_elbo"]


def test_first_pixels_are_those_of_the_mean_training_image():
    grey, pixels = Examples(np.array([[0, 255, 51], [0, 255, 153]], np.uint8), np.zeros(2, np.uint8), True), [0, 1, 0.4]
    binary = Examples(np.array([[0, 1, 0], [0, 1, 1]], np.uint8), np.zeros(2, np.uint8), redraw=False)
    assert grey.mean() == pytest.approx(pixels)
    assert binary.mean() == pytest.approx([0, 1, 0.5])
    model = start(build(3, (4,), VARIANT), grey.mean(), stream(0, "start"))
    with torch.no_grad():
        model.decoder[-1].weight.zero_()
        found = model.likelihood(torch.randn(5, 2)).mean
    torch.testing.assert_close(found, torch.tensor([0.001, 0.999, 0.4]).expand(5, 3))


def test_first_weights_are_uniform_within_one_over_the_root_of_the_inputs():
    model = start(build(100, (400,), VARIANT), np.full(100, 0.5), stream(0, "start"))
    for layer in (model.encoder[0], model.decoder[-1]):
        scaled = layer.weight.detach() * layer.in_features**0.5
        assert 0.999 < scaled.max() <= 1
        assert scaled.std().item() == pytest.approx(3**-0.5, rel=0.02)
        assert layer.bias.abs().max() == 0


def test_the_encoder_of_a_conditional_model_is_told_the_digit():
    model, x = small_vae(conditional=True), torch.ones(2, 10)
    posterior = model.given(torch.tensor([3, 8])).posterior(x)
    assert (posterior.mean[0] - posterior.mean[1]).abs().max() > 0.01


def test_a_network_gives_means_and_log_variances():
    found = gaussian_head(torch.tensor([[1.0, -2.0, math.log(4), math.log(0.25)]]))
    torch.testing.assert_close(found.mean, torch.tensor([[1.0, -2.0]]))
    torch.testing.assert_close(found.variance, torch.tensor([[4.0, 0.25]]))
