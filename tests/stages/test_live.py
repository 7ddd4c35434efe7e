import shutil
import sys
from types import ModuleType

import pytest

from stages.shared.layout import Layout
from tests.support.tiny import dvc, git

WARNING = "no live mirror of the training curve: "


def train(project, run_stage):
    """Train a model anew; the warnings, after checking that all else went as ever."""
    layout = Layout(project)
    outputs = [layout.weights("vae-04"), layout.history("vae-04")]
    before = [path.read_bytes() for path in outputs]
    for path in outputs:
        path.unlink()
    code, said = run_stage(project, "train", "vae-04")
    assert code == 0
    assert [path.read_bytes() for path in outputs] == before
    lines = said.splitlines()
    assert [line.split()[1] for line in lines if " epochs, " in line] == ["1/2", "2/2"]
    return [line for line in lines if " epochs, " not in line]


def put_dvclive(monkeypatch, live):
    module = ModuleType("dvclive.live")
    module.Live = live
    monkeypatch.setitem(sys.modules, "dvclive.live", module)


class Crashing:
    """DVCLive with a fault in one of its methods."""

    def __init__(self, faulty):
        self.faulty = faulty

    def __getattr__(self, name):
        def method(*words):
            if name == self.faulty:
                raise RuntimeError("first line\nsecond line")

        return method


def test_without_git_the_curve_is_mirrored(project, run_stage):
    assert train(project, run_stage) == []
    mirrored = (project / "dvclive/vae-04/plots/metrics/validation_elbo.tsv").read_text(encoding="utf-8")
    history = Layout(project).history("vae-04").read_text(encoding="utf-8")
    ours = [line.rsplit(",", 1)[1] for line in history.splitlines()[1:]]
    values = [line.split("\t")[1] for line in mirrored.splitlines()[1:]]
    assert [float(value) for value in values] == [float(value) for value in ours]
    dvc(project, "plots", "show", "dvclive/vae-04/plots/metrics")
    page = (project / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert all(f'"validation_elbo": "{value}"' in page for value in values)


def test_git_without_a_commit_costs_the_mirror_and_nothing_else(project, run_stage):
    shutil.rmtree(project / ".dvc")
    git(project, "init", "-q")
    assert train(project, run_stage) == [f"{WARNING}Empty git repo"]


def test_a_missing_dvclive_costs_the_mirror_and_nothing_else(project, run_stage, monkeypatch):
    monkeypatch.setitem(sys.modules, "dvclive.live", None)
    [warning] = train(project, run_stage)
    assert warning.startswith(WARNING)
    assert "dvclive" in warning


@pytest.mark.parametrize("faulty", ["log_metric", "next_step", "end"])
def test_a_crashing_dvclive_costs_one_line_and_nothing_else(project, run_stage, monkeypatch, faulty):
    put_dvclive(monkeypatch, lambda **settings: Crashing(faulty))
    assert train(project, run_stage) == [f"{WARNING}first line"]


def test_dvclive_may_touch_neither_git_nor_dvc_yaml(project, run_stage, monkeypatch):
    asked = []
    put_dvclive(monkeypatch, lambda **settings: asked.append(settings) or Crashing("nothing"))
    train(project, run_stage)
    assert asked == [{"dir": "dvclive/vae-04", "save_dvc_exp": False, "dvcyaml": None, "report": None}]
