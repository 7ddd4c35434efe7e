import json
import os
import sys
import time

import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering import kernel
from pipeline.rendering.document import Cell, CellOptions, Inline
from pipeline.rendering.kernel import run_cells
from pipeline.rendering.process import run_program


def cell(source):
    return Cell(source, CellOptions(), "page.qmd", 10)


def printed(outputs):
    return outputs[0]["text"].strip()


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


def test_cells_share_one_process_of_this_python_whatever_the_user_has_set_up(tmp_path, monkeypatch):
    impostor = tmp_path / "user" / "kernels" / "python3"
    impostor.mkdir(parents=True)
    (impostor / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "no", "language": "python"}), encoding="utf-8"
    )
    (tmp_path / "startup.py").write_text("surprise = 1", encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "user"))
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "startup.py"))
    cells = [cell("import os, sys\nx = 'surprise' in globals()"), cell("print(sys.executable, x, os.getcwd())")]
    assert printed(run_cells(cells, tmp_path)[1]) == f"{sys.executable} False {tmp_path}"


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        (cell("x = 1\n\n1 / 0"), "page.qmd line 12: ZeroDivisionError: division by zero"),
        (cell("def f(:"), "page.qmd line 10: SyntaxError"),
        (cell("def f():\n    raise ValueError('why')\n\nf()"), "page.qmd line 13: ValueError: why"),
        (Inline("nothing + 1", "page.qmd", 4), "page.qmd line 4: in `nothing + 1`: NameError"),
        (cell("import os; os._exit(3)"), "the page's Python ended"),
    ],
)
def test_a_failure_is_told_with_file_line_and_exception(tmp_path, part, complaint):
    with pytest.raises(RenderingError) as caught:
        run_cells([part], tmp_path)
    assert complaint in str(caught.value)


def test_a_cell_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "CELL_TIMEOUT", 1)
    with pytest.raises(RenderingError, match=r"page\.qmd line 10: still running after 1 s"):
        run_cells([cell("import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)")], tmp_path)
    pid = int((tmp_path / "pid").read_text())
    assert wait_until(lambda: not alive(pid))


def test_a_kernel_that_cannot_start_is_told(tmp_path, monkeypatch):
    (tmp_path / "ipykernel_launcher.py").write_text("raise ImportError('no kernel here')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RenderingError, match="no kernel here"):
        run_cells([cell("1")], tmp_path)


def test_a_program_out_of_time_goes_with_its_children(tmp_path):
    script = f"sleep 600 & echo $! > '{tmp_path}/pid'; wait"
    with pytest.raises(RenderingError, match=r"sh was stopped after 0\.5 s"):
        run_program(["sh", "-c", script], timeout=0.5)
    pid = int((tmp_path / "pid").read_text())
    assert wait_until(lambda: not alive(pid))


def test_a_program_that_is_not_there_is_told(tmp_path):
    with pytest.raises(RenderingError, match="cannot start"):
        run_program([tmp_path / "nothing"], timeout=1)
