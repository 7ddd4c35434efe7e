import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from stages.shared.layout import PAGES, Layout
from tests.support.samples import make_sample, make_tiny, run_stage
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def waiting(tmp_path):
    """Start the stage with a Quarto that never ends, and wait until it renders."""
    folder = make_tiny(tmp_path / "project", "Text.\n")
    program = tmp_path / "programs" / "quarto"
    program.parent.mkdir()
    started = tmp_path / "started"
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo 1.5.57; exit; fi\ntouch "{started}"\nsleep 600\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "stages.report"],
        cwd=folder.parent,
        env=os.environ | {"RENDERER": "quarto", "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    until(lambda: started.exists() or process.poll() is not None, seconds=60, pause=0.05)
    with process:
        yield process, folder
        process.kill()


def test_dvc_yaml_lists_what_the_pages_need_and_make():
    stage = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["report"]
    used = {path.relative_to(ROOT).as_posix() for path in (ROOT / "report").glob("*.*") if path.name[0] != "."}
    used |= {
        "report/_extensions",
        "data/plot",
        "data/panels",
        "data/summarise",
        "stages/report.py",
        "pipeline/rendering",
        "pipeline/core",
    }
    for page in (ROOT / "report").glob("*.qmd"):
        named = re.findall(r"\.\./(data/[\w-]+)/", page.read_text(encoding="utf-8"))
        assert set(named) <= {"data/plot", "data/panels", "data/summarise"}
    assert sorted(used - set(stage["deps"])) == []
    layout = Layout(ROOT)
    made = [layout.pdf, *(layout.page(name) for name in PAGES)]
    assert sorted(stage["outs"]) == sorted(path.relative_to(ROOT).as_posix() for path in made)


def test_the_settings_list_the_pages_and_the_conditions():
    settings = YAML(typ="safe").load((ROOT / "report" / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["project"]["render"] == [f"{name}.qmd" for name in PAGES]
    assert {path.stem for path in (ROOT / "report").glob("*.qmd")} == set(PAGES)
    asked = [(ROOT / "report" / path).resolve() for path in settings["metadata-files"]]
    assert asked == [Layout(ROOT).conditions, Layout(ROOT).drawn]


def test_from_a_path_with_spaces_and_letters_beyond_ascii_in_the_c_locale(tmp_path, sample_pages):
    root = make_sample(tmp_path / "a page of Zoë\N{APOSTROPHE}s \N{GREEK SMALL LETTER PI}")
    finished = run_stage(root, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (finished.returncode, finished.stderr) == (0, "")
    for name, page in sample_pages("pandoc").items():
        assert Layout(root).page(name).read_text(encoding="utf-8") == page
    assert Layout(root).pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("body", "environment", "code", "complaint"),
    [
        ("A {{< n no.such >}}.\n", {}, 7, "report: Pandoc: index.qmd line 7: no number no.such in data/summarise"),
        ("See @fig-none.\n", {}, 7, "report: Pandoc: index.qmd line 7: @fig-none refers to no label"),
        ("See [there](#none).\n", {}, 7, "report: index.html is not complete: the link #none has no target"),
        ("Text.\n", {"RENDERER": "word"}, 2, "report: RENDERER=word: unknown"),
        ("Text.\n", {"RENDERER": "quarto", "PATH": "/nowhere"}, 7, "report: quarto is not on the PATH"),
    ],
)
def test_a_failure_is_one_line_and_leaves_the_old_page(tmp_path, body, environment, code, complaint):
    folder = make_tiny(tmp_path / "project", body)
    page = folder / "_output" / "index.html"
    page.parent.mkdir()
    page.write_text("the old page", encoding="utf-8")
    finished = run_stage(folder.parent, **environment)
    assert finished.returncode == code
    assert finished.stderr.startswith(complaint)
    assert finished.stderr.count("\n") == 1
    assert [one.read_text(encoding="utf-8") for one in page.parent.iterdir()] == ["the old page"]


@pytest.mark.parametrize("name", PAGES)
def test_a_missing_source_is_reported(tmp_path, name):
    folder = make_tiny(tmp_path / "project", "Text.\n")
    (folder / f"{name}.qmd").unlink()
    finished = run_stage(folder.parent)
    assert finished.returncode == 7
    assert f"{name}.qmd" in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert not (folder / "_output").exists()


def test_a_killed_rendering_leaves_nothing_behind_that_looks_like_a_page(waiting):
    process, folder = waiting
    process.kill()
    process.wait(timeout=20)
    assert not (folder / "_output").exists()
    assert run_stage(folder.parent).returncode == 0
    assert (folder / "_output" / "index.html").exists()


def test_an_interrupted_rendering_is_reported(waiting):
    process, folder = waiting
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told == "report: interrupted; run the same command again to continue\n"
    assert not (folder / "_output").exists()
