import errno
import os
import signal
import subprocess
import sys

import pytest

from pipeline.core import storage
from pipeline.core.storage import write_text
from stages.shared.layout import Layout
from tests.support.tiny import ROOT, one_line

KILLED_BEFORE_REPLACING = """
import os, signal, sys
from pathlib import Path
from pipeline.core.storage import write_text
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_text(Path(sys.argv[1]), "half of the new")
"""
WRITTEN = {
    "split": lambda layout: [layout.images, layout.split],
    "train": lambda layout: [layout.weights("vae-20"), layout.history("vae-20")],
    "score": lambda layout: [layout.scores("vae-20")],
    "certify": lambda layout: [layout.certificate("vae-20")],
    "classify": lambda layout: [layout.classification("cvae-20")],
    "validate": lambda layout: [layout.validation("vae-04")],
    "gather": lambda layout: [layout.gathered(name) for name in ("scores.parquet", "history.csv", "latent.npz")],
    "compare": lambda layout: [layout.pairs, layout.dimensions, layout.effects],
    "summarise": lambda layout: [layout.numbers, layout.metrics],
}


@pytest.fixture
def killed(tmp_path):
    """Return a file whose next version was written beside it when the process was killed."""
    path = tmp_path / "file.txt"
    write_text(path, "old")
    words = [sys.executable, "-c", KILLED_BEFORE_REPLACING, str(path)]
    assert subprocess.run(words, cwd=ROOT, check=False, timeout=60).returncode == -signal.SIGKILL
    return path


def test_a_writer_killed_before_the_last_step_leaves_the_old_file(killed):
    assert killed.read_text(encoding="utf-8") == "old"
    assert [path.read_text(encoding="utf-8") for path in killed.parent.glob(".*")] == ["half of the new"]


def test_the_next_write_removes_what_a_killed_one_left(killed):
    write_text(killed, "new")
    assert killed.read_text(encoding="utf-8") == "new"
    assert list(killed.parent.iterdir()) == [killed]


@pytest.fixture
def fill_disk(monkeypatch):
    """Let the disk take a number of files and then no more."""
    flush = os.fsync

    def fill_disk(files):
        left = iter(range(files))

        def full(descriptor):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            flush(descriptor)

        monkeypatch.setattr(storage.os, "fsync", full)

    return fill_disk


@pytest.mark.parametrize("name", WRITTEN)
def test_a_disk_that_fills_at_any_write_harms_no_file(project, run_stage, fill_disk, name):
    words = {name: ["vae-20"] for name in ("train", "score", "certify")}
    words |= {"classify": ["cvae-20"], "validate": ["vae-04"]}
    outputs = WRITTEN[name](Layout(project))
    for path in outputs:
        path.write_bytes(b"old")
    for files in (*range(10), 10**6):  # `summarise` writes more than ten, and every other stage fewer
        kept = {path: path.read_bytes() for path in outputs}
        fill_disk(files)
        code, said = run_stage(project, name, *words.get(name, []))
        if code == 0:
            break
        assert code == 4
        assert one_line(said.splitlines()[-1], f"{name}: cannot write ", "No space left on device", "make room")
        now = [path for path in outputs if path.read_bytes() != kept[path]]
        assert len(now) <= files
        assert all(kept[path] == b"old" for path in now)
        assert not list(project.rglob("*.tmp"))
    assert code == 0
    assert files >= len(outputs)
    assert all(path.read_bytes() != b"old" for path in outputs)
