"""Workers that torchrun starts on this machine, real ones, write the table of one process."""

import os
import re
import signal

import psutil
import pytest

from stages.shared.layout import Layout
from tests.support.tiny import LONGEST, call, copy_finished, dvc, running, unscored
from tests.support.waiting import until

MODEL = "vae-04"
TORCHRUN = ("torchrun", "--standalone", "--nproc-per-node=2")
SCORE = ("-m", "stages.score", MODEL)
SECOND = "00001024-*.parquet"
"""The second worker's only piece."""


def outputs(folder):
    return [Layout(folder).scores(MODEL)]


def said_by_stage(said):
    return [line for line in said.splitlines() if line.startswith("score: ")]


def worker(program, rank):
    """The process of the worker with this number."""
    return next(one for one in psutil.Process(program.pid).children() if one.environ().get("RANK") == str(rank))


def lose_first_worker(folder, restarts):
    """Two workers, the first of which is killed in the middle, after the second has finished its piece."""
    with running(folder, *TORCHRUN, f"--max-restarts={restarts}", *SCORE) as program:
        line = next(line for line in program.stderr if " images" in line)
        first = worker(program, 0)
        first.send_signal(signal.SIGSTOP)
        piece = until(lambda: list(Layout(folder).unfinished_scores(MODEL).rglob(SECOND)), pause=0.05)[0]
        before = piece.stat().st_ino, piece.stat().st_mtime_ns
        first.kill()
        again = next(line for line in program.stderr if " images" in line) if restarts else ""
        kept = piece.exists() and before == (piece.stat().st_ino, piece.stat().st_mtime_ns)
        said = program.communicate(timeout=LONGEST)[1]
    return {"code": program.returncode, "lines": [line, again], "kept": kept, "said": said}


def left(folder):
    """How many outputs, and the names of the pieces."""
    pieces = Layout(folder).unfinished_scores(MODEL).rglob("*.parquet")
    return [sum(path.exists() for path in outputs(folder)), sorted(path.name for path in pieces)]


@pytest.fixture(scope="module")
def torn(finished, once):
    """Two workers lose one without a restart, then fail to read a piece, then lose one and are restarted."""

    def make(folder):
        facts = {}
        unscored(copy_finished(finished, folder), MODEL)
        facts["lost"] = lose_first_worker(folder, restarts=0) | {"left": left(folder)}
        piece = next(Layout(folder).unfinished_scores(MODEL).rglob(SECOND))
        piece.rename(piece.with_name("aside"))
        piece.mkdir()
        failed = call(folder, *TORCHRUN, *SCORE)
        facts["failed"] = {"code": failed.returncode, "said": failed.stderr, "outputs": left(folder)[0]}
        piece.rmdir()
        for one in piece.parent.glob("*.parquet"):
            one.unlink()
        facts["restarted"] = lose_first_worker(folder, restarts=1) | {"left": left(folder)}
        return facts

    return once("torn", make)


def same_bytes(folder, other):
    return all(one.read_bytes() == two.read_bytes() for one, two in zip(outputs(folder), outputs(other), strict=True))


def test_two_workers_write_the_bytes_of_one_process(finished, project):
    for path in outputs(project):
        path.unlink()
    done = call(project, *TORCHRUN, *SCORE)
    assert done.returncode == 0, done.stderr
    assert same_bytes(project, finished)
    assert left(project) == [1, []]
    assert f"{MODEL}: 1024/1024 images" in done.stderr
    assert "1797" not in done.stderr
    assert "773" not in done.stderr
    assert "up to date" in dvc(project, "status", f"score@{MODEL}")


def test_without_a_restart_a_lost_worker_leaves_finished_pieces_and_no_table(torn):
    lost = torn[1]["lost"]
    assert lost["code"] != 0
    assert lost["left"] == [0, ["00001024-00001797.parquet"]]


def test_a_worker_that_fails_is_told_in_one_line_and_no_table_is_written(torn):
    failed = torn[1]["failed"]
    assert failed["code"] != 0
    assert failed["outputs"] == 0
    lines = said_by_stage(failed["said"])
    assert [line for line in lines if "lost the others" not in line] == [
        line for line in lines if "cannot read" in line
    ]
    assert len([line for line in lines if "cannot read" in line]) == 1
    assert not re.search(r"^ +File .*/(stages|pipeline)/", failed["said"], re.MULTILINE)


def test_a_restarted_worker_ends_with_the_bytes_of_one_process(scored_alone, torn):
    folder, facts = torn
    other, (code, said) = scored_alone
    assert code == 0, said
    assert facts["restarted"]["code"] == 0, facts["restarted"]["said"]
    assert same_bytes(folder, other)
    assert facts["restarted"]["left"] == [1, []]


def test_a_restart_keeps_the_pieces_of_the_others(torn):
    restarted = torn[1]["restarted"]
    assert restarted["kept"]
    assert all(re.fullmatch(rf"{MODEL}: \d+/1024 images\n", line) for line in restarted["lines"])


def test_an_interruption_of_all_workers_is_told_without_a_traceback_of_theirs(finished, project):
    unscored(project, MODEL)
    with running(project, *TORCHRUN, *SCORE) as program:
        next(line for line in program.stderr if " images" in line)
        os.killpg(program.pid, signal.SIGINT)
        said = program.communicate(timeout=LONGEST)[1]
    assert program.returncode != 0
    assert not re.search(r"^ +File .*/(stages|pipeline)/", said, re.MULTILINE)
    assert left(project)[0] == 0
