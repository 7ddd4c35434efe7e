"""Programs that the renderers run end in time, with their children."""

import psutil
import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering.process import run_program, with_remedy
from tests.support.waiting import until


def ended(pid):
    """Whether a process is no more, or a zombie: one that ended while nobody waited for it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_program_out_of_time_goes_with_its_children(tmp_path):
    script = f"sleep 600 & echo $! > '{tmp_path}/pid'; wait"
    with pytest.raises(RenderingError, match=r"sh was stopped after 2 s"):
        run_program(["sh", "-c", script], timeout=2)
    pid = int((tmp_path / "pid").read_text())
    until(lambda: ended(pid), seconds=15)


def test_a_program_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RenderingError, match="cannot start"):
        run_program([tmp_path / "nothing"], timeout=1)


def test_code_output_and_log_are_told():
    finished = run_program(["sh", "-c", "echo ä; echo b >&2; exit 3"], timeout=20)
    assert (finished.code, finished.output, finished.log) == (3, "ä\n".encode(), "b\n")


def test_a_complaint_that_has_its_remedy_gets_no_other():
    assert with_remedy("no number a; quote one that is there", "correct it") == "no number a; quote one that is there"
    assert with_remedy("no number a", "correct it") == "no number a; correct it"
    assert with_remedy("a warning.", "correct it") == "a warning; correct it"
