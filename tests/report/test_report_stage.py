import os
import signal
import subprocess
import sys
import time

import pytest

from tests.support.samples import make_sample, make_tiny, run_stage

WAITING = "```{python}\nimport time\nopen('started', 'w').close()\ntime.sleep(600)\n```\n"


@pytest.fixture
def waiting(tmp_path):
    """The stage while a cell of the page runs."""
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


def test_from_a_path_with_spaces_and_letters_beyond_ascii_in_the_c_locale(tmp_path, pandoc_page):
    root = make_sample(tmp_path / "a page of Zoë\N{APOSTROPHE}s \N{GREEK SMALL LETTER PI}")
    finished = run_stage(root, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert (root / "report" / "_output" / "index.html").read_text(encoding="utf-8") == pandoc_page


@pytest.mark.parametrize(
    ("body", "environment", "code", "complaint"),
    [
        ("```{python}\n1 / 0\n```\n", {}, 7, "report: index.qmd line 9: ZeroDivisionError"),
        ("See @fig-none.\n", {}, 7, "report: Pandoc: @fig-none refers to nothing"),
        ("See [there](#none).\n", {}, 7, "report: the page is not whole: the link #none leads nowhere"),
        ("Text.\n", {"RENDERER": "word"}, 2, "report: RENDERER=word: unknown"),
        ("Text.\n", {"RENDERER": "quarto", "PATH": "/nowhere"}, 7, "report: no quarto is on the PATH"),
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


def test_a_missing_source_is_told(tmp_path):
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


def test_an_interrupted_rendering_says_so(waiting):
    process, folder = waiting
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told == "report: interrupted; run the same command again to go on\n"
    assert not (folder / "_output").exists()
