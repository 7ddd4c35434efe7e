"""dvc.yaml's lists, kept equal to what they stand for: the code a stage imports, the files of every model."""

import ast
import re
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.config import Params, load_params
from pipeline.storage import read_text, write_text
from stages.command import run
from stages.layout import Layout

ROOMS = ("pipeline", "stages")
TRACKED_OTHERWISE = {"pipeline/config.py", "stages/layout.py"}
"""Values are tracked as parameters, and paths as outputs."""
AGGREGATES = {"compare": ("scores",), "plot": ("history", "scores"), "summarise": ("history", "scores")}
"""Which files of every model an aggregate stage reads, as methods of `Layout`."""


def main(layout: Layout) -> None:
    """Rewrite the lists in dvc.yaml, leaving all else as it is."""
    yaml = YAML()
    yaml.width = 200
    yaml.indent(mapping=2, sequence=4, offset=2)
    tree = yaml.load(read_text(layout.dvc_yaml))
    for name, stage in tree["stages"].items():
        body = stage.get("do", stage)
        body["deps"] = dependencies(name, body.get("deps", []), load_params(layout.params), layout)
    text = StringIO()
    yaml.dump(tree, text)
    write_text(layout.dvc_yaml, text.getvalue())


def dependencies(name: str, declared: Iterable[str], params: Params, layout: Layout) -> list[str]:
    """What the stage `name` depends on: its code, the files of every model, and what else is declared."""
    per_model = {_relative(file(model), layout) for model in params.models for file in _files(name, layout)}
    code = imported(f"stages/{name}.py", layout.root) - TRACKED_OTHERWISE
    code |= set(quoted(layout)) if name == "report" else set()
    kept = [path for path in declared if not (path.endswith(".py") or _is_of_a_model(path))]
    return sorted(code) + kept + sorted(per_model)


def imported(path: str, root: Path) -> set[str]:
    """The project's source files that `path` imports, itself and what those import included."""
    found, waiting = set[str](), [path]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [
                file for module in _modules(ast.parse(read_text(root / one))) for file in _files_of(module, root)
            ]
    return found


def quoted(layout: Layout) -> list[str]:
    """The project's source files that the report quotes."""
    text = "".join(read_text(page) for page in sorted(layout.report.glob("*.qmd")))
    return sorted(set(re.findall(r'"((?:pipeline|stages)/[\w/]+\.py)"', text)))


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


def _files(name: str, layout: Layout) -> list[Any]:
    return [getattr(layout, method) for method in AGGREGATES.get(name, ())]


def _is_of_a_model(path: str) -> bool:
    return re.fullmatch(r"data/(train/[^${}]+/history\.csv|score/[^${}]+\.parquet)", path) is not None


def _relative(path: Path, layout: Layout) -> str:
    return path.relative_to(layout.root).as_posix()


if __name__ == "__main__":
    run(main)
