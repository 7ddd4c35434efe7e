"""Render the page with Quarto, if it is installed and new enough."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from pipeline.core.errors import RenderingError
from pipeline.core.storage import read_text
from pipeline.rendering.process import run_program, with_remedy

OLDEST = (1, 4)
REMEDY = "install Quarto 1.4 or later, or set RENDERER=pandoc"
CORRECT = "correct the report's source, or set RENDERER=pandoc"
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
        RenderingError: there is none, it does not report its version, or it is too old for conditional content.
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


def render_with_quarto(quarto: Quarto, folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """Render a Quarto project to self-contained HTML pages.

    Quarto works on a copy of the folder, so that the folder is not changed.

    Args:
        quarto: what `find_quarto` returned.
        folder: the project; paths in it may start with `../`.
        names: of its pages.

    Returns:
        The pages by name.

    Raises:
        RenderingError: Quarto failed, printed a warning, or took too long.
    """
    with _copy(folder) as copy:
        words = [str(quarto.program), "render", str(copy), "--to", "html", "--output-dir", "_page"]
        finished = run_program(words, timeout=TIMEOUT, folder=copy)
        if finished.code:
            raise RenderingError(f"Quarto: {with_remedy(_complaint(finished.log), CORRECT)}")
        if warnings := _warnings(finished.log):
            raise RenderingError(f"Quarto: {'; '.join(warnings)}; correct the report's source")
        return {name: read_text(copy / "_page" / f"{name}.html") for name in names}


@contextmanager
def _copy(folder: Path) -> Iterator[Path]:
    """Yield a temporary copy of a folder, with links to the other files and folders beside the original."""
    folder = folder.resolve()
    with tempfile.TemporaryDirectory(prefix="quarto-") as private:
        copy = Path(private).resolve() / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("_output", ".quarto"))
        for neighbour in folder.parent.iterdir():
            if neighbour != folder and not neighbour.name.startswith("."):
                (copy.parent / neighbour.name).symlink_to(neighbour)
        yield copy


def _lines(log: str) -> list[str]:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", log)
    return [" ".join(line.split()) for line in plain.splitlines() if line.strip()]


def _complaint(log: str) -> str:
    """Return the message of the first error in Quarto's output, without the stack trace that follows it."""
    lines = _lines(log)
    first = next((place for place, line in enumerate(lines) if line.startswith("ERROR")), None)
    if first is None:
        return _last_line(log)
    message = takewhile(lambda line: not re.match(r"Stack trace|at \S|stack traceback", line), lines[first:])
    return " ".join(message).removeprefix("ERROR:").strip()


def _last_line(log: str) -> str:
    return (_lines(log) or ["no message"])[-1]


def _warnings(log: str) -> list[str]:
    return [re.sub(r" \(/[^)]*\)", "", line) for line in _lines(log) if line.startswith(("[WARNING]", "WARN", "ERROR"))]
