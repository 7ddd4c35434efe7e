"""Programs that the renderers run end in time, with their children."""

import os
import time

import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering.process import run_program


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition):
    deadline = time.monotonic() + 15
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_program_out_of_time_goes_with_its_children(tmp_path):
    script = f"sleep 600 & echo $! > '{tmp_path}/pid'; wait"
    with pytest.raises(RenderingError, match=r"sh was stopped after 0\.5 s"):
        run_program(["sh", "-c", script], timeout=0.5)
    pid = int((tmp_path / "pid").read_text())
    assert wait_until(lambda: not alive(pid))


def test_a_program_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RenderingError, match="cannot start"):
        run_program([tmp_path / "nothing"], timeout=1)


def test_code_output_and_log_are_told():
    finished = run_program(["sh", "-c", "echo ä; echo b >&2; exit 3"], timeout=20)
    assert (finished.code, finished.output, finished.log) == (3, "ä\n".encode(), "b\n")
