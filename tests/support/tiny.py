"""The project on tiny numbers: three models, two epochs, small pictures; seconds where the study takes an hour."""

import contextlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from pipeline.config import load_params
from stages.commands.sandbox import make_sandbox
from stages.shared.command import run
from stages.shared.layout import Layout

ROOT = Path(__file__).parents[2]
MODELS = ("vae-04", "vae-20", "cvae-20")
REGRESSIONS = load_params(ROOT / "params.yaml").regress.variants
CHANGES = {
    "dataset": "digits",
    "device": "cpu",
    "threads": 1,
    "datasets": {"digits": {"epochs_factor": 0.01, "hidden": [16]}},
    "models": {
        "vae-04": {"latent_dim": 2, "score_on": "all"},
        "vae-20": {"latent_dim": 3, "score_on": "all"},
        "cvae-20": {"latent_dim": 2},
    }
    | dict.fromkeys(name for name in load_params(ROOT / "params.yaml").models if name not in MODELS),
    "train": {"precision": "float32", "checkpoint_every": 1},
    "score": {
        "prior_points": 500,
        "low_prior_points": 500,
        "starts": 2,
        "search_passes": 10,
        "refine_rounds": 2,
        "draws": 64,
    },
    "certify": {
        "models": list(MODELS),
        "images": 2,
        "simulated": 2,
        "searched": 3,
        "searched_high": 3,
        "chains": 2,
        "temperatures": 4,
        "leapfrogs": 1,
        "nodes": 3,
    },
    "classify": {"models": ["cvae-20"], "test": 3, "tail": 2},
    "validate": {"models": ["vae-04"], "test": 3, "tail": 2, "encoder_draws": 64, "curve": [16, 32]}
    | {"starts": 2, "newton_steps": 2, "refine_rounds": 2, "draws": 100, "max_draws": 200},
    "regress": {"points": 20, "holdout": 10, "seeds": 2, "steps": 30, "look_every": 10, "settle": 5, "dip": 0.01}
    | {"variants": dict.fromkeys(name for name in REGRESSIONS if name not in ("constant", "varying", "clipped"))},
    "sample": {"models": list(MODELS), "generated": 3, "styles": 2} | {"measured": 4, "prior_points": 10, "draws": 4},
    "diagnose": {
        "models": ["vae-20"],
        "removal": 4,
        "draws": 4,
        "aggregate_points": 50,
        "networks": 2,
        "hidden": 8,
        "steps": 10,
        "pairs": 3,
        "path_points": 3,
        "generated": 4,
    },
    "decompose": {"images": 3, "curve": [1, 4], "repetitions": 2, "redrawn": 3, "redraws": 2}
    | {"gradient_images": 2, "gradient_repetitions": 2, "gradient_draws": [1, 2]},
    "compare": {"base": "vae-20", "pairs": [["vae-20", "vae-04"]]},
    "intervals": {"resamples": 100},
    "plot": {"gallery": 4},
    "explore": {"wall": 12},
}
LONGEST = 900
"""Positive after which a program hangs, on the slowest of machines."""


def copy_project(target: Path) -> Layout:
    """The project with tiny numbers in a new folder, nothing of it run."""
    return make_sandbox(ROOT, target, CHANGES)


LEFT_OUT = ("PYTHON", "LC_", "DVC", "GIT", "JOBS", "PARAM")
"""How the names of variables begin that programs are not to have from the user."""


def environment(private: Path, **changes: str) -> dict[str, str]:
    """An environment in which no program touches the user's own settings, and `python` is this one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    folders = ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR")
    person = {
        f"GIT_{role}_{what}": "nobody@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    return (
        kept
        | {name: str(private / name.lower()) for name in folders}
        | person
        | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8"}
        | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "DVC_NO_ANALYTICS": "1"}
        | {"RENDERER": "pandoc", "OMP_NUM_THREADS": "1"}
        | changes
    )


@contextlib.contextmanager
def running(folder: Path, *words: str, **changes: str) -> Iterator["subprocess.Popen[str]"]:
    """A program at work in a project's folder; whatever of it is left at the end is ended."""
    place = {"cwd": folder, "env": environment(private(folder), **changes), "start_new_session": True}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(words, **place, **pipes) as program:
        try:
            yield program
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


def call(folder: Path, *words: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run a program in a project's folder, whatever its exit code."""
    with running(folder, *words, **changes) as program:
        told = program.communicate(timeout=LONGEST)
    return subprocess.CompletedProcess(words, program.returncode, *told)


def stage(folder: Path, *words: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """Run `python -m stages.…` as a user does, whatever its exit code."""
    module, *rest = words
    return call(folder, sys.executable, "-m", f"stages.{module}", *rest, **changes)


def dvc(folder: Path, *words: str, **changes: str) -> str:
    """Run DVC, which must succeed; what it said."""
    return _succeed(call(folder, sys.executable, "-m", "dvc", *words, **changes))


RUN_ALL = """
import sys
from importlib import import_module
from pathlib import Path

from stages.shared.layout import Layout

for stage in sys.argv[1:]:
    name, _, item = stage.partition("@")
    import_module(f"stages.{name}").main(*item.split(), Layout(Path()))
"""


def run_all(folder: Path, stages: Iterable[str], **changes: str) -> None:
    """Run stages in one process, which imports PyTorch once and not thirty times."""
    _succeed(call(folder, sys.executable, "-c", RUN_ALL, *stages, **changes))


def shell(folder: Path, line: str, **changes: str) -> str:
    """Run a line as a user types it, which must succeed; what it said."""
    return _succeed(call(folder, "bash", "-ec", line, **changes))


def git(folder: Path, *words: str) -> str:
    """Run Git, which must succeed; what it said."""
    return _succeed(call(folder, "git", *words))


def private(folder: Path) -> Path:
    """Where the programs that run in `folder` keep what is theirs."""
    return folder.parent / f"{folder.name}.private"


@pytest.fixture(scope="session")
def once(tmp_path_factory) -> Callable[..., tuple[Path, Any]]:
    """Make a costly folder one time, whichever process of the tests asks first: the folder and what is told of it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def once(name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        told = base / f"{name}.json"
        with FileLock(base / f"{name}.lock"):
            if not told.exists():
                told.write_text(json.dumps(make(base / name)), encoding="utf-8")
        return base / name, json.loads(told.read_text(encoding="utf-8"))

    return once


@pytest.fixture(scope="session")
def finished(once) -> Path:
    """The tiny project with every stage run and known to DVC, without Git."""

    def make(folder: Path) -> None:
        copy_project(folder)
        dvc(folder, "init", "--no-scm", "-q")
        run_all(folder, dvc(folder, "stage", "list", "--name-only").split())
        dvc(folder, "commit", "--force")

    return once("finished", make)[0]


@pytest.fixture(scope="session")
def scored_alone(finished, once) -> tuple[Path, Any]:
    """The tiny project, `vae-04` scored with ten times the draws by one process; its exit code and what it said."""

    def make(folder: Path) -> tuple[int, str]:
        layout = Layout(unscored(copy_finished(finished, folder), "vae-04"))
        done = stage(layout.root, "score", "vae-04")
        return done.returncode, done.stderr

    return once("scored alone", make)


def unscored(folder: Path, model: str) -> Path:
    """Let a model be scored anew, with ten times the draws, which leaves time to break it off."""
    edit(folder / "params.yaml", "  draws: 64 ", "  draws: 640 ")
    Layout(folder).scores(model).unlink()
    return folder


@pytest.fixture
def project(finished, tmp_path) -> Path:
    """The finished tiny project, to do with as one pleases."""
    return copy_finished(finished, tmp_path / "project")


@pytest.fixture
def run_stage(monkeypatch, capsys) -> Iterator[Callable[..., tuple[int, str]]]:
    """Call a stage's command without a process of its own: its exit code and what it said on stderr."""

    def run_stage(folder: Path, name: str, *words: str) -> tuple[int, str]:
        capsys.readouterr()
        main = importlib.import_module(f"stages.{name}").main
        monkeypatch.chdir(folder)
        monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
        monkeypatch.setattr(sys, "argv", [name, *words])
        try:
            run(
                main,
                *(
                    ["MODEL"]
                    if name in {"train", "score", "certify", "classify", "validate", "diagnose", "sample"}
                    else []
                ),
            )
        except SystemExit as end:
            return end.code, capsys.readouterr().err
        return 0, capsys.readouterr().err

    yield run_stage
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)


def one_line(said: str, *parts: str) -> bool:
    """Whether a failure is told in one line that has all these parts, and no traceback."""
    return len(said.splitlines()) == 1 and "Traceback" not in said and all(part in said for part in parts)


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old, text.count(old))
    path.write_text(text.replace(old, new), encoding="utf-8")


def copy_finished(project: Path, target: Path) -> Path:
    """A finished project in another folder."""
    shutil.copytree(project, target)
    return target


EMPTY_README = "<!-- results -->\n<!-- /results -->\n<!-- cost -->\n<!-- /cost -->\n<!-- stages -->\n<!-- /stages -->\n"
"""A README in which `make publish` has everything to fill."""


def copy_to_publish(project: Path, target: Path) -> Layout:
    """A finished project in another folder, with a README, a page about its log likelihoods and a benchmark."""
    layout, ours = Layout(copy_finished(project, target)), Layout(ROOT)
    layout.readme.write_text(EMPTY_README, encoding="utf-8")
    for file, copied in ((ours.data_dictionary, layout.data_dictionary), (ours.benchmarks, layout.benchmarks)):
        copied.parent.mkdir()
        shutil.copy2(file, copied)
    return layout


def copy_unpacked(project: Path, target: Path) -> Path:
    """A finished project in another folder, as in an unpacked archive in which `make setup` was run: without Git."""
    copy_finished(project, target)
    for name in (".gitignore", "Makefile", "requirements.lock", ".dvc/config", ".dvc/.gitignore"):
        shutil.copy2(ROOT / name, target / name)
    shutil.copytree(ROOT / ".dvc" / "plots", target / ".dvc" / "plots", dirs_exist_ok=True)
    (target / ".venv").mkdir()
    (target / ".venv" / "installed").touch()
    return target


def copy_with_git(project: Path, target: Path) -> Path:
    """A finished project in another folder, committed to Git."""
    copy_unpacked(project, target)
    git(target, "init", "-q")
    git(target, "add", "--all")
    git(target, "commit", "-q", "-m", "The tiny study")
    return target


def _succeed(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, f"{done.args} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr
