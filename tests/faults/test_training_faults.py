import os
import signal
import subprocess
import sys

import pytest
import torch

from pipeline import training
from stages.layout import Layout
from tests.tiny import NO_TERMINAL, copy_finished, edit, environment, one_line, private, stage

EPOCHS = 30
MODEL = "vae-04"


def lengthen(folder):
    """Training long enough to be broken off, and nothing trained yet."""
    edit(folder / "params.yaml", "digits: {epochs: 2,", f"digits: {{epochs: {EPOCHS},")
    edit(folder / "params.yaml", "checkpoint_every: 1 ", "checkpoint_every: 4 ")
    outputs(folder)[0].unlink()
    outputs(folder)[1].unlink()
    return folder


def outputs(folder):
    return Layout(folder).weights(MODEL), Layout(folder).history(MODEL)


def checkpoints(folder):
    return list(Layout(folder).checkpoints.glob("*.safetensors"))


def start(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "stages.train", MODEL],
        cwd=folder,
        env=environment(private(folder)),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding=NO_TERMINAL["encoding"],
    )


def stop(trainer, epoch, *signals):
    """Send signals in the middle of the epoch after `epoch`; the exit code, and what was said before the end."""
    for line in trainer.stderr:
        if f" {epoch}/{EPOCHS} " in line:
            break
    for one in signals:
        trainer.send_signal(one)
    said = trainer.communicate(timeout=NO_TERMINAL["timeout"])[1]
    return trainer.returncode, said


@pytest.fixture(scope="module")
def broken_off(finished, tmp_path_factory):
    """Training that is killed, then met by a second trainer, then interrupted, then left alone."""
    folder = lengthen(copy_finished(finished, tmp_path_factory.mktemp("faults") / "project"))
    facts = {"folder": folder, "killed": stop(start(folder), 6, signal.SIGKILL)[0]}
    facts["after kill"] = [path.exists() for path in outputs(folder)], len(checkpoints(folder))
    trainer = start(folder)
    facts["first line"] = trainer.stderr.readline()
    trainer.send_signal(signal.SIGSTOP)
    facts["pid"], facts["second"] = trainer.pid, stage(folder, "train", MODEL)
    trainer.send_signal(signal.SIGCONT)
    facts["interrupted"] = stop(trainer, 13, signal.SIGINT)
    facts["after interruption"] = [path.exists() for path in outputs(folder)], len(checkpoints(folder))
    facts["last"] = stage(folder, "train", MODEL)
    return facts


def test_a_killed_trainer_leaves_a_checkpoint_and_no_model(broken_off):
    assert broken_off["killed"] == -signal.SIGKILL
    assert broken_off["after kill"] == ([False, False], 1)


def test_training_goes_on_from_the_checkpoint(broken_off):
    assert broken_off["first line"].startswith(f"{MODEL}: 5/{EPOCHS} epochs")


def test_a_second_trainer_is_turned_away(broken_off):
    second = broken_off["second"]
    assert second.returncode == os.EX_TEMPFAIL
    assert one_line(second.stderr, MODEL, f"process {broken_off['pid']};", "run this again")


def test_an_interrupted_trainer_says_how_to_go_on(broken_off):
    code, said = broken_off["interrupted"]
    assert code == 130
    assert said.splitlines()[-1] == "train: interrupted; run the same command again to go on"
    assert "Traceback" not in said
    assert broken_off["after interruption"] == ([False, False], 1)


def test_broken_off_training_ends_with_the_same_bits(broken_off, project, run_stage):
    assert broken_off["last"].returncode == 0
    assert run_stage(lengthen(project), "train", MODEL)[0] == 0
    for ours, theirs in zip(outputs(project), outputs(broken_off["folder"]), strict=True):
        assert ours.read_bytes() == theirs.read_bytes()


def test_a_finished_training_leaves_no_checkpoint(broken_off):
    assert checkpoints(broken_off["folder"]) == []


@pytest.mark.parametrize(("calls", "epoch", "step"), [(0, 1, 1), (3, 1, 4), (60, 2, None)])
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
    place = f"the bound is nan at epoch {epoch}, step {step or ''}"
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
