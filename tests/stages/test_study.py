"""`make study` beside others that use DVC, with everything, something or nothing left to do."""

import re
from threading import Timer

import pytest
import zc.lockfile

from pipeline.config import load_params
from stages.commands.study import chains
from stages.shared.layout import Layout
from tests.support.tiny import one_line, stage

HELD = 8.0
"""Seconds for which another holds DVC's lock; DVC by itself gives up after three."""


def named(said):
    return re.findall(r"^(\S+): \d+ s$", said, re.MULTILINE)


def test_a_finished_study_is_looked_at_as_a_whole(project):
    before = (project / "dvc.lock").read_bytes()
    done = stage(project, "commands.study", JOBS="2")
    assert done.returncode == 0, done.stderr
    assert named(done.stdout) == ["download", "split"]
    assert (project / "dvc.lock").read_bytes() == before


def test_what_is_left_of_a_study_is_made_side_by_side(project):
    layout, before = Layout(project), (project / "dvc.lock").read_bytes()
    params = load_params(layout.params)
    for name in params.models:
        layout.scores(name).unlink()
    done = stage(project, "commands.study", JOBS=str(len(params.models)))
    assert done.returncode == 0, done.stderr
    left = [one for chain in chains(layout) for one in chain if not one.startswith("train@")]
    assert sorted(named(done.stdout)) == sorted(["download", "split", *left])
    assert (project / "dvc.lock").read_bytes() == before


def test_a_study_waits_for_whoever_holds_the_lock(project):
    lock = zc.lockfile.LockFile(str(project / ".dvc" / "tmp" / "lock"))
    Timer(HELD, lock.close).start()
    done = stage(project, "commands.study")
    assert done.returncode == 0, done.stderr


def test_a_study_that_dvc_cannot_read_ends_with_what_to_do(project):
    (project / "dvc.lock").write_text("stages: [", encoding="utf-8")
    done = stage(project, "commands.study")
    assert done.returncode
    assert "'./dvc.lock' is invalid" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("fix what it says above and run the same command again")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("jobs", ["0", "many", "-1"])
def test_a_number_of_jobs_is_a_number(project, jobs):
    done = stage(project, "commands.study", JOBS=jobs)
    assert done.returncode
    assert one_line(done.stderr, f"JOBS = '{jobs}'", "set it to 1 or more")
