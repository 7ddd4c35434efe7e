"""Run the Python of the page in a new process of the current interpreter."""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from pipeline.core.errors import RenderingError
from pipeline.core.storage import write_text
from pipeline.rendering.document import Cell, Inline

CELL_TIMEOUT = 120
STARTUP_TIMEOUT = 60

Output = Mapping[str, Any]


def run_cells(cells: Sequence[Cell | Inline], folder: Path) -> list[list[Output]]:
    """Run cells one after the other in one kernel whose working folder is `folder`.

    The kernel is the current interpreter, whatever kernels are installed. The user's Jupyter settings, start-up files
    and history are not used.

    Returns:
        The notebook outputs of each cell.

    Raises:
        RenderingError: a cell or expression failed or took too long, or the kernel died; the message
            has file, line and exception.
    """
    if not cells:
        return []
    with tempfile.TemporaryDirectory(prefix="kernel-") as private:
        log = Path(private) / "stderr"
        client = _client(Path(private) / "connection.json")
        try:
            with (
                log.open("wb") as stderr,
                client.setup_kernel(
                    cleanup_kc=True, cwd=str(folder), env=kernel_environment(Path(private)), stderr=stderr
                ),
            ):
                return [_run(client, index, cell) for index, cell in enumerate(cells)]
        except (DeadKernelError, RuntimeError, OSError) as error:
            raise RenderingError(
                f"the page's Python ended or did not start: {_last_line(log) or error}; "
                "try `python -m ipykernel_launcher --version`"
            ) from error


def kernel_environment(private: Path) -> dict[str, str]:
    """Return environment variables with which Jupyter uses the current interpreter and no settings of the user.

    Args:
        private: an empty folder, to which the kernel's description is written.
    """
    description = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "python3",
        "language": "python",
    }
    write_text(private / "kernels" / "python3" / "kernel.json", json.dumps(description))
    folders = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_PATH")
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONSTARTUP"}
    return inherited | dict.fromkeys(folders, str(private))


def _client(connection_file: Path) -> NotebookClient:
    only_this_python = KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True)
    manager = AsyncKernelManager(kernel_spec_manager=only_this_python, connection_file=str(connection_file))
    notebook = new_notebook()  # type: ignore[no-untyped-call]
    return NotebookClient(notebook, km=manager, timeout=CELL_TIMEOUT, startup_timeout=STARTUP_TIMEOUT)


def _last_line(log: Path) -> str:
    """Return the last line that the kernel wrote before it ended."""
    lines = log.read_text("utf-8", "replace").splitlines()
    return next((line for line in reversed(lines) if line.strip() and "[IPKernelApp]" not in line), "")


def _run(client: NotebookClient, index: int, cell: Cell | Inline) -> list[Output]:
    node = new_code_cell(cell.source, id=str(index))  # type: ignore[no-untyped-call]
    client.nb.cells.append(node)
    try:
        client.execute_cell(node, index)
    except CellExecutionError as error:
        raise RenderingError(_explain(cell, node.outputs, error)) from error
    except CellTimeoutError as error:
        raise RenderingError(f"{place(cell)}: still running after {CELL_TIMEOUT} s; make it faster") from error
    return list(node.outputs)


def place(cell: Cell | Inline, line: int = 1) -> str:
    """Return the file and line of a line of a cell, in words."""
    return f"{cell.file} line {cell.line + line - 1}"


def _explain(cell: Cell | Inline, outputs: Iterable[Output], error: CellExecutionError) -> str:
    """Return the place and the exception in one line."""
    trace = "\n".join(line for output in outputs for line in output.get("traceback", ()))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", trace)
    found = re.search(r"Cell In\[\d+\], line (\d+)", plain)
    what = f"in `{cell.source}`: " if isinstance(cell, Inline) else ""
    return f"{place(cell, int(found[1]) if found else 1)}: {what}{error.ename}: {error.evalue}"
