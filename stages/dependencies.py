"""Which of the project's source files a file stands on."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from pipeline.storage import read_text

ROOMS = ("pipeline", "stages")


def imported(path: str, root: Path) -> set[str]:
    """The project's source files that `path` imports, itself and what those import included."""
    found, waiting = set[str](), [path]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            modules = _modules(ast.parse(read_text(root / one)))
            waiting += [file for module in modules for file in _files_of(module, root)]
    return found


def quoted(report: Path) -> set[str]:
    """The project's source files that the pages in the folder `report` quote."""
    text = "".join(read_text(page) for page in sorted(report.glob("*.qmd")))
    return set(re.findall(r'"((?:pipeline|stages)/[\w/]+\.py)"', text))


def _modules(tree: ast.Module) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of(module: str, root: Path) -> list[str]:
    path = module.replace(".", "/")
    candidates = (f"{path}.py", f"{path.partition('/')[0]}/__init__.py")
    return [file for file in candidates if module.partition(".")[0] in ROOMS and (root / file).is_file()]
