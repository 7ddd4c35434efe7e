"""Which of the project's source files a file stands on."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from pipeline.core.storage import read_text

ROOMS = ("pipeline", "stages")
PAGE_PARTS = {
    "report": (
        "report/[!.]*.[!q]*",
        "report/*.qmd",
        "pipeline/rendering/*.lua",
        "pipeline/rendering/*.css",
        "pipeline/rendering/*.html",
        "pipeline/rendering/*.typ",
    ),
    "explore": ("pipeline/explorer/*.html", "pipeline/explorer/*.css", "pipeline/explorer/*.js"),
}
"""What the page of a stage is made of beside code, as patterns from the root; Quarto leaves .gitignore and
*.quarto_ipynb in report/."""


def imported(path: str, root: Path) -> set[str]:
    """The project's source files that `path` imports, itself and what those import included."""
    return closure([path], root)


def closure(paths: Iterable[str], root: Path) -> set[str]:
    """The files at `paths` and all the project's source files that they import, directly or not."""
    found, waiting = set[str](), list(paths)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            modules = _modules(ast.parse(read_text(root / one)))
            waiting += [file for module in modules for file in _files_of(module, root)]
    return found


def of_the_page(report: Path, root: Path) -> set[str]:
    """What the pages in the folder `report` are made of: their parts, what their cells import, and what they quote."""
    text = "".join(read_text(page) for page in sorted(report.glob("*.qmd")))
    lines = "\n".join(re.findall(r"^from [\w.]+ import .+$", text, re.MULTILINE))
    imports = [file for module in _modules(ast.parse(lines)) for file in _files_of(module, root)]
    quoted = set(re.findall(r'"((?:pipeline|stages)/[\w/]+\.py)"', text))
    return parts("report", root) | closure(imports, root) | quoted


def parts(stage: str, root: Path) -> set[str]:
    """What the page of a stage is made of beside code; nothing where the stage makes none."""
    return {path.relative_to(root).as_posix() for one in PAGE_PARTS.get(stage, ()) for path in root.glob(one)}


def _modules(tree: ast.Module) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(module: str, root: Path) -> list[str]:
    """The file of a module, and those that Python runs on the way to it."""
    words = module.split(".")
    rooms = ["/".join(words[:depth]) for depth in range(1, len(words) + 1)]
    candidates = (f"{rooms[-1]}.py", *(f"{room}/__init__.py" for room in rooms))
    return [file for file in candidates if words[0] in ROOMS and (root / file).is_file()]
