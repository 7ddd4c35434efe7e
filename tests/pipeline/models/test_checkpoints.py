import os
import sys
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from pipeline.config import ModelParams, TrainParams
from pipeline.core.errors import BusyError
from pipeline.core.rng import stream
from pipeline.core.tensors import read_tensors, write_tensors
from pipeline.data.examples import Examples
from pipeline.data.images import binarise
from pipeline.models.build import build, start
from pipeline.models.checkpoints import Checkpoint, identity, only_trainer, train_resumably
from pipeline.models.training import Plan, begin, train

PARAMS = ModelParams(
    kind="vae",
    latent_dim=2,
    label="one-hot",
    encoder_sees_label=True,
    train_on="core",
    binarisation="stochastic",
    seed=0,
    epochs=80,
    score_on="all",
)
EPOCHS = 4


@pytest.fixture
def examples():
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (50, 9), dtype=np.uint8)
    return Examples(grey, rng.integers(0, 10, 50, dtype=np.uint8), redraw=True)


@pytest.fixture
def validation(examples):
    return Examples(binarise(examples.pixels, np.random.default_rng(1)), examples.label, redraw=False)


@pytest.fixture
def plan():
    params = TrainParams(learning_rate=0.01, warmup=0.1, weight_decay=0.1, precision="float32", checkpoint_every=1)
    return Plan(EPOCHS, 20, params, partial(stream, 0, "train", "tiny"), torch.device("cpu"))


@pytest.fixture
def make(examples, plan):
    def make():
        model = build(9, (8,), PARAMS)
        start(model, examples.mean(), plan.stream("start"))
        return model

    return make


@pytest.fixture
def checkpoint(tmp_path):
    return Checkpoint(tmp_path, "tiny", "0123456789ab")


class PowerCutError(Exception):
    """Ends training as a power cut does."""


def bits(model):
    return {name: tensor.numpy().tobytes() for name, tensor in model.state_dict().items()}


@pytest.fixture
def run(make, examples, validation, plan, checkpoint):
    """Train from the checkpoint, killed after an epoch if one is named."""

    def run(killed_after=None, plan=plan):
        model = make()

        def on_epoch(progress):
            if len(progress.history) == killed_after:
                raise PowerCutError

        return model, train_resumably(model, examples, validation, plan, checkpoint, on_epoch)

    return run


@pytest.mark.parametrize("every", [1, 2, 3, 10])
@pytest.mark.parametrize("epoch", range(1, EPOCHS + 1))
def test_training_ends_with_the_same_bits_wherever_it_was_broken_off(run, plan, checkpoint, every, epoch):
    plan = replace(plan, params=plan.params.model_copy(update={"checkpoint_every": every}))
    model, history = run(plan=plan)
    checkpoint.discard()
    with pytest.raises(PowerCutError):
        run(killed_after=epoch, plan=plan)
    assert checkpoint.path.exists() == (epoch >= every)
    again, history_again = run(plan=plan)
    assert bits(again) == bits(model)
    assert history_again.equals(history)


def test_a_finished_training_is_not_done_again(run, make):
    model, history = run()
    again, history_again = run(killed_after=1)
    assert bits(again) == bits(model) != bits(make())
    assert history_again.equals(history)


BROKEN = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-50]),
    "empty": lambda path: path.write_bytes(b""),
    "no history": lambda path: rewrite(path, lambda tensors: tensors.pop("history")),
    "another history": lambda path: rewrite(path, lambda tensors: tensors.update(history=torch.zeros(2, 3))),
    "a number for a history": lambda path: rewrite(path, lambda tensors: tensors.update(history=torch.zeros(()))),
    "no momentum": lambda path: rewrite(path, lambda tensors: tensors.pop("optimizer.3.exp_avg")),
    "no weights": lambda path: rewrite(path, lambda tensors: tensors.pop("model.decoder.2.weight")),
    "other weights": lambda path: rewrite(
        path, lambda tensors: tensors.update({"model.decoder.2.bias": torch.ones(8)})
    ),
}


def rewrite(path, change):
    tensors = read_tensors(path)
    change(tensors)
    write_tensors(path, tensors, {})


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_checkpoint_is_removed_and_changes_nothing(run, make, plan, checkpoint, case):
    with pytest.raises(PowerCutError):
        run(killed_after=2)
    BROKEN[case](checkpoint.path)
    model = make()
    progress = begin(model, plan)
    assert not checkpoint.restore(model, progress)
    assert bits(model) == bits(make())
    assert progress.history == []
    assert not checkpoint.path.exists()


def test_a_checkpoint_holds_tensors_alone(run, checkpoint):
    run()
    tensors = read_tensors(checkpoint.path)
    assert tensors["history"].shape == (EPOCHS, 4)
    assert {name.split(".")[0] for name in tensors} == {"model", "optimizer", "history"}


def test_the_identity_follows_all_that_decides_a_training(make, examples, validation, plan):
    ours = identity(make(), examples, validation, plan)
    assert ours == identity(make(), examples, validation, plan)
    other_model = build(9, (8,), PARAMS)
    start(other_model, examples.mean(), plan.stream("another start"))
    changed = plan.params.model_copy(update={"learning_rate": 0.02})
    fewer = Examples(examples.pixels[1:], examples.label[1:], redraw=True)
    others = {
        identity(other_model, examples, validation, plan),
        identity(make(), fewer, validation, plan),
        identity(make(), examples, fewer, plan),
        identity(make(), examples, validation, replace(plan, epochs=5)),
        identity(make(), examples, validation, replace(plan, batch_size=10)),
        identity(make(), examples, validation, replace(plan, params=changed)),
    }
    assert len(others | {ours}) == 7


def test_the_identity_follows_the_code(make, examples, validation, plan, monkeypatch, tmp_path):
    before = identity(make(), examples, validation, plan)
    edited = tmp_path / "training.py"
    edited.write_text("# another line\n", encoding="utf-8")
    monkeypatch.setattr(sys.modules[train.__module__], "__file__", str(edited))
    assert identity(make(), examples, validation, plan) != before


def test_a_trainer_is_alone_and_named(tmp_path):
    with only_trainer(tmp_path, "tiny"):
        with pytest.raises(BusyError, match=rf"tiny is being trained by process {os.getpid()};"):
            only_trainer(tmp_path, "tiny", wait=0.1).__enter__()
        with only_trainer(tmp_path, "another", wait=0.1):
            pass


def test_a_trainer_that_fails_lets_the_next_one_in(tmp_path):
    with pytest.raises(PowerCutError), only_trainer(tmp_path, "tiny"):
        raise PowerCutError
    with only_trainer(tmp_path, "tiny", wait=0.1):
        assert (tmp_path / "tiny.pid").read_text(encoding="utf-8") == f"{os.getpid()}\n"
