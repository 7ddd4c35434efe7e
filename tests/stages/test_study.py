"""`make study` beside others that use DVC, with everything, something or nothing left to do."""

import json
import os
import re
import signal
import sys
from threading import Barrier, Event, Timer
from time import sleep

import pytest
import zc.lockfile

from pipeline.core.errors import BusyError
from stages.commands import sandbox
from stages.commands.only_study import only_study, users
from stages.commands.study import chains, interrupted, run_chains
from stages.shared.layout import Layout
from tests.support.tiny import LONGEST, ROOT, edit, one_line, running, stage
from tests.support.waiting import until

HELD = 8.0
"""Seconds for which another keeps DVC waiting once a study is at work; DVC, once started, gives up after three."""
STUDY = ("python", "-m", "stages.commands.study")
REGRESS = ("python", "-m", "dvc", "--wait-for-lock", "repro", "--single-item", "regress")


def hold_regress(project):
    """Let the stage `regress` wait, when it runs the next time, for what is returned: the file that lets it go on."""
    gate = project / "gate"
    waiting = f"import time\n    while not Path({str(gate)!r}).exists():\n        time.sleep(0.1)\n    "
    edit(project / "stages" / "regress.py", "    params = load", f"    {waiting}params = load")
    edit(project / "stages" / "regress.py", "from functools", "from pathlib import Path\nfrom functools")
    return gate


WAITING = """
import sys, time

def note(what):
    print(what, *sys.argv[1:], file=open("calls", "a"), flush=True)

try:
    note("begun")
    time.sleep(0 if "--dry" in sys.argv else 600)
except KeyboardInterrupt:
    time.sleep(1)
    note("ended")
    sys.exit(1)
"""
"""A stand-in for DVC: as DVC does when it is interrupted, it takes its time, and fails."""
CALL = """
import sys
from functools import partial
from stages.commands import study
from stages.shared.command import run
study.DVC = (sys.executable, "waiting.py")
run(lambda layout: {call})
"""


def named(said):
    return re.findall(r"^(\S+): \d+ s$", said, re.MULTILINE)


def test_a_finished_study_is_looked_at_as_a_whole(project):
    before = (project / "dvc.lock").read_bytes()
    done = stage(project, "commands.study", JOBS="2")
    assert done.returncode == 0, done.stderr
    assert named(done.stdout) == ["download", "split"]
    assert (project / "dvc.lock").read_bytes() == before


def test_what_is_left_of_a_study_is_made(project):
    layout, before, unscored = Layout(project), (project / "dvc.lock").read_bytes(), ("vae-04", "vae-20")
    for name in unscored:
        layout.scores(name).unlink()
    done = stage(project, "commands.study", JOBS="2")
    assert done.returncode == 0, done.stderr
    of_models = (chain for chain in chains(layout) if chain[0].partition("@")[2] in unscored)
    left = [one for chain in of_models for one in chain if not one.startswith("train@")]
    assert sorted(named(done.stdout)) == sorted(["download", "split", *left])
    assert (project / "dvc.lock").read_bytes() == before


def test_two_chains_run_side_by_side():
    both = Barrier(2)
    run_chains([["one"], ["two"]], 2, lambda stage, row: both.wait(timeout=60))


@pytest.mark.parametrize("jobs", [1, 2])
def test_no_more_chains_run_at_once_than_jobs_and_their_stages_one_after_the_other(jobs):
    due = [[f"{name}@{model}" for name in ("train", "score")] for model in ("a", "b", "c")]
    at_work, seen, done = set(), [], []

    def step(stage, row):
        at_work.add(stage)
        seen.append(sorted(at_work))
        sleep(0.05)
        at_work.remove(stage)
        done.append(stage)

    run_chains(due, jobs, step)
    assert max(map(len, seen)) == jobs
    assert sorted(done) == sorted(one for chain in due for one in chain)
    assert [(one, other) for one, other in due if done.index(one) > done.index(other)] == []
    assert not [some for some in seen if len({one.partition("@")[2] for one in some}) < len(some)]


def test_a_stage_that_reads_no_data_runs_beside_the_models(project):
    layout = Layout(project)
    (layout.root / "data" / "regress" / "traces.parquet").unlink()
    assert [chain for chain in chains(layout) if "@" not in chain[0]] == [["download"], ["regress"]]
    done = stage(project, "commands.study", JOBS="2")
    assert done.returncode == 0, done.stderr
    assert named(done.stdout) == ["download", "split", "regress"]


def test_a_study_waits_for_whoever_holds_the_lock(project):
    layout, lock = Layout(project), zc.lockfile.LockFile(str(project / ".dvc" / "tmp" / "lock"))
    with running(project, *STUDY) as study:
        until(layout.at_work.with_suffix(".pid").exists)
        Timer(HELD, lock.close).start()
        said = study.communicate(timeout=LONGEST)
    assert study.returncode == 0, said


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
    for _ in range(2):
        sandbox.main(str(ROOT / "demo.yaml"), str(target), Layout(ROOT))
    (target / "dvc.yaml").unlink()
    with only_study(Layout(target)), pytest.raises(BusyError, match="a study is at work"):
        sandbox.main(str(ROOT / "demo.yaml"), str(target), Layout(ROOT))
    assert not (target / "dvc.yaml").exists()


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


def test_a_process_that_began_after_dvcs_note_is_another_with_its_number(tmp_path):
    layout, note = Layout(tmp_path), {"pid": os.getpid(), "cmd": "dvc repro"}
    layout.dvc_users.parent.mkdir(parents=True)
    layout.dvc_users.write_text(json.dumps({"write": {"a": note}}), encoding="utf-8")
    assert users(layout) == [(os.getpid(), "dvc repro")]
    os.utime(layout.dvc_users, (0, 0))
    assert users(layout) == []


@pytest.mark.parametrize(
    ("call", "stage"),
    [
        ("study.run_study(layout, 1, study.report_stage)", "download"),
        ("study.run_chains([['regress']], 1, partial(study.reproduce, layout, study.report_stage))", "regress"),
    ],
)
def test_an_interrupted_study_lets_dvc_end_and_starts_nothing_more(tmp_path, call, stage):
    (tmp_path / "waiting.py").write_text(WAITING, encoding="utf-8")
    calls = tmp_path / "calls"
    with running(tmp_path, sys.executable, "-c", CALL.format(call=call), PYTHONPATH=str(ROOT)) as study:
        until(lambda: calls.exists() and calls.read_text(encoding="utf-8"))
        os.killpg(study.pid, signal.SIGINT)
        said = study.communicate(timeout=LONGEST)[1]
    assert study.returncode == 130
    assert one_line(said, "interrupted; run the same command again to continue")
    words = f"repro --single-item {stage} --quiet"
    assert calls.read_text(encoding="utf-8").splitlines() == [f"begun {words}", f"ended {words}"]


def test_chains_side_by_side_have_a_line_of_the_terminal_each():
    rows, last = {}, Event()

    def step(stage, row):
        rows[stage] = row
        assert stage != "long" or last.wait(LONGEST)
        if stage == "last":
            last.set()

    run_chains([["long"], ["one", "two"], ["three"], ["last"]], 2, step)
    assert sorted({rows["long"], rows["last"]}) == ["0", "1"]
    assert {rows[stage] for stage in ("one", "two", "three")} == {rows["last"]}


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
    assert done.stderr.splitlines()[-1].endswith("correct the error printed above, and run the same command again")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("jobs", ["0", "many", "-1"])
def test_a_number_of_jobs_is_a_number(project, jobs):
    done = stage(project, "commands.study", JOBS=jobs)
    assert done.returncode
    assert one_line(done.stderr, f"JOBS = '{jobs}' is not a whole number of at least 1; correct or unset it")


def test_after_an_interrupt_no_further_stage_of_a_chain_begins():
    begun = []

    def step(stage, _row):
        begun.append(stage)
        interrupted.set()

    try:
        run_chains([["one", "two"], ["three"]], 1, step)
    finally:
        interrupted.clear()
    assert begun == ["one"]
