import os
import re
import signal
import sys

import pytest
import torch

from pipeline.models import training
from stages.shared.layout import Layout
from tests.support.tiny import LONGEST, copy_finished, edit, one_line, running, stage

EPOCHS, EVERY = 30, 4
"""Epochs of training, and between two checkpoints."""
MODEL = "vae-04"


def lengthen(folder):
    """Training long enough to be broken off, and nothing trained yet."""
    edit(folder / "params.yaml", "digits: {epochs_factor: 0.01,", f"digits: {{epochs_factor: {EPOCHS / 240},")
    edit(folder / "params.yaml", "checkpoint_every: 1 ", f"checkpoint_every: {EVERY} ")
    outputs(folder)[0].unlink()
    outputs(folder)[1].unlink()
    return folder


def outputs(folder):
    return Layout(folder).weights(MODEL), Layout(folder).history(MODEL)


def checkpoints(folder):
    return list(Layout(folder).checkpoints.glob("*.safetensors"))


def train(folder):
    return running(folder, sys.executable, "-m", "stages.train", MODEL)


def stop(trainer, epoch, one):
    """Send a signal in the middle of the epoch after `epoch`; the exit code, and what was said after it."""
    for line in trainer.stderr:
        if f" {epoch}/{EPOCHS} " in line:
            break
    trainer.send_signal(one)
    said = trainer.communicate(timeout=LONGEST)[1]
    return trainer.returncode, said


def left_by(folder):
    """How many outputs, and how many checkpoints."""
    return [sum(path.exists() for path in outputs(folder)), len(checkpoints(folder))]


@pytest.fixture(scope="module")
def broken_off(finished, once):
    """Training that is killed, then met by a second trainer, then interrupted, then left alone."""

    def make(folder):
        facts = {}
        lengthen(copy_finished(finished, folder))
        with train(folder) as trainer:
            facts["killed"] = stop(trainer, 6, signal.SIGKILL)[0]
        facts["left by the kill"] = left_by(folder)
        with train(folder) as trainer:
            facts["first line"] = trainer.stderr.readline()
            trainer.send_signal(signal.SIGSTOP)
            second = stage(folder, "train", MODEL)
            facts["pid"], facts["second"] = trainer.pid, [second.returncode, second.stderr]
            trainer.send_signal(signal.SIGCONT)
            facts["interrupted"] = stop(trainer, 17, signal.SIGINT)
        facts["left by the interruption"] = left_by(folder)
        facts["last"] = stage(folder, "train", MODEL).returncode
        return facts

    return once("broken off", make)


def test_a_killed_trainer_leaves_a_checkpoint_and_no_model(broken_off):
    assert broken_off[1]["killed"] == -signal.SIGKILL
    assert broken_off[1]["left by the kill"] == [0, 1]


def test_training_goes_on_from_the_checkpoint(broken_off):
    first = int(re.match(rf"{MODEL}: (\d+)/{EPOCHS} epochs", broken_off[1]["first line"])[1])
    assert first - 1 in range(EVERY, EPOCHS, EVERY)


def test_a_second_trainer_is_turned_away(broken_off):
    code, said = broken_off[1]["second"]
    assert code == os.EX_TEMPFAIL
    assert one_line(said, MODEL, f"process {broken_off[1]['pid']};", "run this again")


def test_an_interrupted_trainer_says_how_to_go_on(broken_off):
    code, said = broken_off[1]["interrupted"]
    assert code == 130
    assert said.splitlines()[-1] == "train: interrupted; run the same command again to continue"
    assert "Traceback" not in said
    assert broken_off[1]["left by the interruption"] == [0, 1]


def test_broken_off_training_ends_with_the_same_bits(broken_off, project, run_stage):
    folder, facts = broken_off
    assert facts["last"] == 0
    assert run_stage(lengthen(project), "train", MODEL)[0] == 0
    for ours, theirs in zip(outputs(project), outputs(folder), strict=True):
        assert ours.read_bytes() == theirs.read_bytes()


def test_a_finished_training_leaves_no_checkpoint(broken_off):
    assert checkpoints(broken_off[0]) == []


@pytest.mark.parametrize(("calls", "epoch", "step"), [(0, 1, 1), (3, 1, 4), (25, 2, 5)])
def test_a_bound_that_is_not_finite_stops_training(project, run_stage, monkeypatch, calls, epoch, step):
    lengthen(project)
    told, true = [], training.elbo

    def spoil(model, x, noise):
        bound = true(model, x, noise)
        told.append(bound.mean().item())
        return bound * torch.nan if len(told) > calls and torch.is_grad_enabled() else bound

    monkeypatch.setattr(training, "elbo", spoil)
    code, said = run_stage(project, "train", MODEL)
    assert code == 6
    place = f"the bound is nan at epoch {epoch}, step {step};"
    last = f"{told[calls - 1]:.2f} nats" if calls else "none"
    assert one_line(said.splitlines()[-1], "train: ", place, f"the last finite one was {last}", "learning_rate")
    assert not any(path.exists() for path in outputs(project))


def test_a_model_spoilt_by_the_last_step_of_an_epoch_is_not_kept(project, run_stage, monkeypatch):
    lengthen(project)
    monkeypatch.setattr(training, "mean_elbo", lambda *_: float("nan"))
    code, said = run_stage(project, "train", MODEL)
    assert code == 6
    assert one_line(said, "nan on the validation set after epoch 1, step ", " nats; no model is written")
    assert not any(path.exists() for path in outputs(project))
    assert checkpoints(project) == []
