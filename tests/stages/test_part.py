"""`make part` and `make whole`: three copies of the tiny project share its stages by a folder that all of them see."""

import os
import re
import signal

import pytest
from ruamel.yaml import YAML

from pipeline.config import load_params
from stages.shared.layout import Layout
from tests.support.tiny import ROOT, call, copy_project, dvc, edit, git, one_line, running, stage
from tests.support.waiting import until

STAGES = ("download", "split", "train", "score")
"""The stages that the copies have; all others would only make the test longer."""


WHOLE = ("--wait-for-lock", "repro", "--pull")
"""What `make whole` gives to DVC."""
SHARED = ("vae-04", "vae-20")


def copy(folder, remote, log):
    """Copy the tiny project, without results, so that every stage notes in `log` when it begins and when it is done."""
    layout = copy_project(folder)
    yaml = YAML()
    graph = yaml.load(layout.dvc_yaml)
    yaml.dump({"stages": {name: graph["stages"][name] for name in STAGES}}, layout.dvc_yaml)
    call = "        main(*given, Layout(Path()))\n"
    begun, done = (
        f"        print({when!r}, *sys.argv, file=open({str(log)!r}, 'a', encoding='utf-8'), flush=True)\n"
        for when in ("begun", "done")
    )
    edit(folder / "stages" / "shared" / "command.py", call, begun + call + done)
    dvc(folder, "init", "--no-scm", "-q")
    dvc(folder, "remote", "add", "-q", "--local", "-d", "store", str(remote))
    return layout


def noted(log):
    """Return what stages did, such as `done train vae-20`, in order; a command that is no stage is left out."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    words = [(when, path.rpartition("/")[2].removesuffix(".py"), *rest) for when, path, *rest in map(str.split, lines)]
    return [" ".join(one) for one in words if one[1] in STAGES]


def part(folder, models):
    done = stage(folder, "commands.part", models, JOBS="1")
    assert done.returncode == 0, done.stderr


def test_three_machines_make_a_study_and_nothing_is_computed_twice(tmp_path):
    """The data by themselves, a part that is broken off, a part of which others made half; the rest in the end."""
    log = tmp_path / "log"
    one, two, three = (copy(tmp_path / name, tmp_path / "remote", log).root for name in ("one", "two", "three"))
    part(one, "")
    assert [line for line in noted(log) if line.startswith("done")] == ["done download", "done split"]
    part(one, "vae-04")
    with running(two, "python", "-m", "stages.commands.part", "vae-20", JOBS="1") as killed:
        until(lambda: "begun score vae-20" in noted(log))
        os.killpg(killed.pid, signal.SIGKILL)
    part(three, "vae-04 vae-20")
    before = noted(log)
    everything = ["download", "split", *(f"{name} {model}" for name in ("train", "score") for model in SHARED)]
    assert sorted(line.removeprefix("done ") for line in before if line.startswith("done")) == sorted(everything)
    assert [line for line in before if before.count(line) > 1] == ["begun score vae-20"] * 2
    whole = stage(one, "commands.patient", *WHOLE)
    assert whole.returncode == 0, whole.stderr
    assert noted(log) == [*before, *(f"{when} {name} cvae-20" for name in STAGES[2:] for when in ("begun", "done"))]
    for name in SHARED:
        assert Layout(one).scores(name).read_bytes() == Layout(three).scores(name).read_bytes()


def test_a_part_without_a_remote_is_told_in_one_line(tmp_path):
    layout = copy_project(tmp_path / "project")
    dvc(layout.root, "init", "--no-scm", "-q")
    done = stage(layout.root, "commands.part", "vae-04")
    assert done.returncode == 2
    assert one_line(done.stderr, "there is no remote to put results into", "dvc remote add --local -d store")
    assert not (layout.root / "data" / "download").exists()


@pytest.mark.parametrize("name", ["vae-5", "vae-04,vae-20"])
def test_a_part_of_a_model_that_there_is_not_is_told_in_one_line(finished, name):
    done = stage(finished, "commands.part", name)
    assert done.returncode == 2
    assert one_line(done.stderr, f"no model {name!r} under models: in params.yaml")


def test_the_job_array_has_one_task_per_model():
    page = (ROOT / "docs" / "machines.md").read_text(encoding="utf-8")
    line = re.search(r"^models=.*$", page, re.MULTILINE)[0]
    listed = call(ROOT, "bash", "-c", f'{line}; printf "%s\\n" "${{models[@]}}"').stdout.split()
    assert listed == list(load_params(ROOT / "params.yaml").models)
    assert f"--array=0-{len(listed) - 1} " in page


def test_a_task_of_the_job_array_runs_its_model_in_a_clone_of_which_nothing_stays(tmp_path):
    origin, scratch, log = (tmp_path / name for name in ("origin", "scratch", "log"))
    programs = origin / ".venv" / "bin"
    for folder in (programs, scratch):
        folder.mkdir(parents=True)
    for name in ("dvc", "python"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@" >> "{log}"\nexit 3\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    (origin / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    for words in (["init", "-q"], ["add", "params.yaml"], ["commit", "-q", "-m", "start"]):
        git(origin, *words)
    page = (ROOT / "docs" / "machines.md").read_text(encoding="utf-8")
    script = re.search(r"^```bash\n(#!/bin/bash\n.*?)^```", page, re.MULTILINE | re.DOTALL)[1]
    slurm = {"SLURM_SUBMIT_DIR": str(origin), "SLURM_ARRAY_TASK_ID": "0", "TMPDIR": str(scratch)}
    done = call(tmp_path, "bash", "-c", script, **slurm)
    assert done.returncode == 3, done.stderr
    last = log.read_text(encoding="utf-8").splitlines()[-1]
    assert last == f"python -m stages.commands.part {next(iter(load_params(ROOT / 'params.yaml').models))}"
    assert list(scratch.iterdir()) == []


def test_the_readme_leads_to_the_recipes():
    assert "](docs/machines.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
