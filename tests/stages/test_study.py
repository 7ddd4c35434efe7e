"""`make study` beside others that use DVC, with everything, something or nothing left to do."""

import json
import re
from threading import Timer

import pytest
import zc.lockfile

from pipeline.config import load_params
from pipeline.core.errors import BusyError
from stages.commands import sandbox
from stages.commands.only_study import only_study, users
from stages.commands.study import chains
from stages.shared.layout import Layout
from tests.support.tiny import LONGEST, ROOT, edit, one_line, running, stage
from tests.support.waiting import until

HELD = 8.0
"""Seconds for which another holds DVC's lock; DVC by itself gives up after three."""
STUDY = ("python", "-m", "stages.commands.study")
REGRESS = ("python", "-m", "dvc", "--wait-for-lock", "repro", "--single-item", "regress")


def hold_regress(project):
    """Let the stage `regress` wait, when it runs the next time, for what is returned: the file that lets it go on."""
    gate = project / "gate"
    waiting = f"import time\n    while not Path({str(gate)!r}).exists():\n        time.sleep(0.1)\n    "
    edit(project / "stages" / "regress.py", "    params = load", f"    {waiting}params = load")
    edit(project / "stages" / "regress.py", "from functools", "from pathlib import Path\nfrom functools")
    return gate


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
    left = [one for chain in chains(layout) for one in chain if "@" in one and not one.startswith("train@")]
    assert sorted(named(done.stdout)) == sorted(["download", "split", *left])
    assert (project / "dvc.lock").read_bytes() == before


def test_a_stage_that_reads_no_data_runs_beside_the_models(project):
    layout = Layout(project)
    (layout.root / "data" / "regress" / "traces.parquet").unlink()
    assert [chain for chain in chains(layout) if "@" not in chain[0]] == [["download"], ["regress"]]
    done = stage(project, "commands.study", JOBS="2")
    assert done.returncode == 0, done.stderr
    assert named(done.stdout) == ["download", "split", "regress"]


def test_a_study_waits_for_whoever_holds_the_lock(project):
    lock = zc.lockfile.LockFile(str(project / ".dvc" / "tmp" / "lock"))
    Timer(HELD, lock.close).start()
    done = stage(project, "commands.study")
    assert done.returncode == 0, done.stderr


def test_a_second_study_says_at_once_who_is_at_work_and_touches_nothing(project):
    layout, before = Layout(project), (project / "dvc.lock").read_bytes()
    lock = zc.lockfile.LockFile(str(project / ".dvc" / "tmp" / "lock"))
    with running(project, *STUDY) as first:
        until(layout.at_work.with_suffix(".pid").exists)
        second = stage(project, "commands.study")
        assert first.poll() is None
        lock.close()
        assert first.wait(LONGEST) == 0
    assert second.returncode == BusyError.exit_code
    assert not second.stdout
    assert one_line(second.stderr, f"a study is at work in this folder: process {first.pid}, since 20", "wait for it")
    assert (project / "dvc.lock").read_bytes() == before


def test_after_a_study_there_is_room_for_the_next(tmp_path):
    layout = Layout(tmp_path)
    for _ in range(2):
        with only_study(layout), pytest.raises(BusyError, match="a study is at work"), only_study(layout):
            pass


def test_a_demo_is_not_copied_over_one_that_runs(tmp_path):
    target = tmp_path / "demo"
    with only_study(Layout(target)), pytest.raises(BusyError, match="a study is at work"):
        sandbox.main(str(ROOT / "demo.yaml"), str(target), Layout(ROOT))
    assert [path.name for path in target.iterdir()] == [".cache"]


def test_a_study_beside_dvc_says_at_once_who_is_at_work(project):
    layout, gate = Layout(project), hold_regress(project)
    with running(project, *REGRESS) as other:
        [(process, command)] = until(lambda: users(layout))
        done = stage(project, "commands.study")
        gate.touch()
        assert other.wait(LONGEST) == 0
    assert process == other.pid
    assert done.returncode == BusyError.exit_code
    assert not done.stdout
    assert one_line(done.stderr, f"`{command}` is at work in this folder: process {process}, since 20", "wait for it")
    assert users(layout) == []


def test_a_process_that_was_killed_is_not_at_work(tmp_path):
    layout = Layout(tmp_path)
    layout.dvc_users.parent.mkdir(parents=True)
    killed = {"pid": 2**22 + 1, "cmd": "dvc repro"}
    layout.dvc_users.write_text(json.dumps({"write": {"a": killed}, "read": {"b": [killed]}}), encoding="utf-8")
    assert users(layout) == []


def test_a_study_waits_for_files_that_dvc_begins_to_use_meanwhile(project):
    layout, gate = Layout(project), hold_regress(project)
    lock = zc.lockfile.LockFile(str(project / ".dvc" / "tmp" / "lock"))
    with running(project, *STUDY) as study, running(project, *REGRESS) as other:
        until(layout.at_work.with_suffix(".pid").exists)
        lock.close()
        until(lambda: other.pid in dict(users(layout)))
        Timer(HELD, gate.touch).start()
        said = study.communicate(timeout=LONGEST)
        assert other.wait(LONGEST) == 0
    assert study.returncode == 0, said
    assert f"is busy, it is being blocked by: (PID {other.pid})" in " ".join(said[1].split())
    assert "waiting for the process that is named above" in said[1]
    assert "regress" not in named(said[0])


def test_a_stage_waits_for_its_files_and_is_not_run_twice(project):
    layout, gate = Layout(project), hold_regress(project)
    with running(project, *REGRESS) as other:
        until(lambda: users(layout))
        with running(project, *STUDY[:2], "stages.commands.patient", *REGRESS[3:]) as patient:
            waiting = until(patient.stderr.readline)
            gate.touch()
            said, _ = patient.communicate(timeout=LONGEST)
        assert other.wait(LONGEST) == 0
    assert patient.returncode == 0
    assert waiting.startswith("waiting: '")
    assert f"(PID {other.pid})" in waiting
    assert "Stage 'regress' didn't change, skipping" in said


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
