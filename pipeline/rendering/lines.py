"""Read the lines of a Quarto document and of the files that it includes, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import RenderingError
from pipeline.core.storage import read_text

INCLUDE = re.compile(r"^\{\{<\s*include\s+(\S+)\s*>\}\}\s*$")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*([^`]*?)\s*$")


@dataclass(frozen=True)
class Line:
    """A line of text, with its file and its number in it."""

    text: str
    file: str
    number: int


def expand(path: Path, open_files: tuple[Path, ...] = ()) -> Iterator[Line]:
    """Yield the lines of a file; an include outside of code blocks is replaced by the lines of its file.

    Args:
        path: the file.
        open_files: the files that include it, outermost first.

    Raises:
        RenderingError: an included file is missing or includes itself, or a code block is not closed.
    """
    if path in open_files:
        raise RenderingError(f"{path.name}: includes itself; remove one of the {{{{< include >}}}} lines")
    fence = ""
    for number, text in enumerate(read_text(path).splitlines(), start=1):
        included = None if fence else INCLUDE.match(text)
        if included:
            yield from _include(path.parent / included[1], f"{path.name} line {number}", (*open_files, path))
        else:
            fence = next_fence(fence, text)
            yield Line(text, path.name, number)
    if fence:
        raise RenderingError(f"{path.name}: a code block is not closed; end it with {fence}")


def _include(path: Path, where: str, open_files: tuple[Path, ...]) -> Iterator[Line]:
    if not path.is_file():
        raise RenderingError(f"{where}: the included file {path.name} is missing; write it or remove the line")
    yield from expand(path, open_files)
    yield Line("", path.name, 0)


def next_fence(fence: str, text: str) -> str:
    """Return the code fence that is open after a line, given the one open before it; empty for none."""
    found = FENCE.match(text)
    if not found:
        return fence
    if not fence:
        return found[1]
    return "" if found[1].startswith(fence) and not found[2] else fence
