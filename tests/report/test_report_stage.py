import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.support.samples import make_sample, make_tiny, run_stage

ROOT = Path(__file__).parents[2]
WAITING = "```{python}\nimport time\nopen('started', 'w').close()\ntime.sleep(600)\n```\n"


@pytest.fixture
def waiting(tmp_path):
    """Start the stage and wait until it runs a cell of the page."""
    folder = make_tiny(tmp_path / "project", WAITING)
    process = subprocess.Popen(
        [sys.executable, "-m", "stages.report"],
        cwd=folder.parent,
        env=os.environ | {"RENDERER": "pandoc"},
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (folder / "started").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    with process:
        yield process, folder
        process.kill()


def test_dvc_yaml_lists_what_the_pages_import_quote_and_include():
    deps = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["report"]["deps"]
    used = {path.relative_to(ROOT).as_posix() for path in (ROOT / "report").glob("*.*") if path.name[0] != "."}
    for page in (ROOT / "report").glob("*.qmd"):
        text = page.read_text(encoding="utf-8")
        for room, names in re.findall(r"^from (pipeline[\w.]*) import ([\w, ]+)", text, re.MULTILINE):
            modules = [room, *(f"{room}.{name.strip()}" for name in names.split(","))]
            files = [f"{module.replace('.', '/')}.py" for module in modules]
            used |= {file for file in files if (ROOT / file).is_file()}
        used |= set(re.findall(r'source\(layout\.root, "([\w/.]+)"', text))
    assert "pipeline/numbers/claims.py" in used
    assert [file for file in sorted(used) if not any(file == dep or file.startswith(f"{dep}/") for dep in deps)] == []


def test_from_a_path_with_spaces_and_letters_beyond_ascii_in_the_c_locale(tmp_path, pandoc_page):
    root = make_sample(tmp_path / "a page of Zoë\N{APOSTROPHE}s \N{GREEK SMALL LETTER PI}")
    finished = run_stage(root, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert (root / "report" / "_output" / "index.html").read_text(encoding="utf-8") == pandoc_page


@pytest.mark.parametrize(
    ("body", "environment", "code", "complaint"),
    [
        ("```{python}\n1 / 0\n```\n", {}, 7, "report: index.qmd line 9: ZeroDivisionError"),
        ("See @fig-none.\n", {}, 7, "report: Pandoc: @fig-none refers to no label"),
        ("See [there](#none).\n", {}, 7, "report: the page is not complete: the link #none has no target"),
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


def test_a_missing_source_is_reported(tmp_path):
    folder = make_tiny(tmp_path / "project", "Text.\n")
    (folder / "index.qmd").unlink()
    finished = run_stage(folder.parent)
    assert finished.returncode == 4
    assert "index.qmd" in finished.stderr
    assert not (folder / "_output").exists()


def test_a_killed_rendering_leaves_nothing_behind_that_looks_like_a_page(waiting):
    process, folder = waiting
    process.kill()
    process.wait(timeout=20)
    assert not (folder / "_output").exists()
    (folder / "index.qmd").write_text("---\ntitle: T\n---\n\n# One\n\nText.\n", encoding="utf-8")
    assert run_stage(folder.parent).returncode == 0
    assert (folder / "_output" / "index.html").exists()


def test_an_interrupted_rendering_is_reported(waiting):
    process, folder = waiting
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told == "report: interrupted; run the same command again to continue\n"
    assert not (folder / "_output").exists()
