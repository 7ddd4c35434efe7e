"""Render the page with Quarto, if it is installed and new enough."""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import RenderingError
from pipeline.core.storage import read_text
from pipeline.rendering.document import load_document
from pipeline.rendering.kernel import kernel_environment, run_cells
from pipeline.rendering.process import run_program

OLDEST = (1, 4)
REMEDY = "install Quarto 1.4 or later, or set RENDERER=pandoc"
CELL_ID = re.compile(r'<div id="[0-9a-f]{8}"(?= class="cell")')
VERSION_TIMEOUT = 30
TIMEOUT = 300


@dataclass(frozen=True)
class Quarto:
    """An installed Quarto."""

    program: Path
    version: str


def find_quarto() -> Quarto:
    """Return the Quarto on the PATH.

    Raises:
        RenderingError: there is none, it does not report its version, or it is too old to evaluate inline expressions.
    """
    program = shutil.which("quarto")
    if not program:
        raise RenderingError(f"quarto is not on the PATH; {REMEDY}")
    finished = run_program([program, "--version"], timeout=VERSION_TIMEOUT)
    version = finished.output.decode("utf-8", "replace").strip()
    if finished.code or not re.match(r"\d+\.\d+", version):
        raise RenderingError(f"{program} does not report its version ({version or _last_line(finished.log)}); {REMEDY}")
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST:
        raise RenderingError(f"Quarto {version} is too old; {REMEDY}")
    return Quarto(Path(program), version)


def render_with_quarto(quarto: Quarto, folder: Path) -> str:
    """Render a Quarto project's index.qmd to one self-contained HTML page.

    Quarto works on a copy of the folder, so that the folder is not changed. The random ids that it gives to cells are
    removed, so that the same source gives the same page.

    Args:
        quarto: what `find_quarto` returned.
        folder: the folder with _quarto.yml and index.qmd; paths in it may start with `../`.

    Raises:
        RenderingError: Quarto failed, printed a warning, or took too long.
    """
    document = load_document(folder / "index.qmd")
    with _copy(folder) as copy, tempfile.TemporaryDirectory(prefix="kernel-") as private:
        environment = kernel_environment(Path(private)) | {"QUARTO_PYTHON": sys.executable}
        words = [str(quarto.program), "render", str(copy), "--to", "html", "--output-dir", "_page"]
        finished = run_program(words, timeout=TIMEOUT, folder=copy, environment=environment)
        if finished.code:
            run_cells(document.cells, folder)
            raise RenderingError(f"Quarto ended with code {finished.code}: {_last_line(finished.log)}")
        warnings = _warnings(finished.log)
        if warnings:
            raise RenderingError(f"Quarto: {'; '.join(warnings)}; correct the report's source")
        return CELL_ID.sub("<div", read_text(copy / "_page" / "index.html"))


@contextmanager
def _copy(folder: Path) -> Iterator[Path]:
    """Yield a temporary copy of a folder, with links to the other files and folders beside the original."""
    folder = folder.resolve()
    with tempfile.TemporaryDirectory(prefix="quarto-") as private:
        copy = Path(private).resolve() / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("_output", ".quarto", "*.quarto_ipynb"))
        for neighbour in folder.parent.iterdir():
            if neighbour != folder and not neighbour.name.startswith("."):
                (copy.parent / neighbour.name).symlink_to(neighbour)
        yield copy


def _lines(log: str) -> list[str]:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log)
    return [" ".join(line.split()) for line in plain.splitlines() if line.strip()]


def _last_line(log: str) -> str:
    return (_lines(log) or ["no message"])[-1]


def _warnings(log: str) -> list[str]:
    return [re.sub(r" \(/[^)]*\)", "", line) for line in _lines(log) if line.startswith(("[WARNING]", "WARN", "ERROR"))]
