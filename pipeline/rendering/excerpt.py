"""The study's own code, quoted on the page as it stands in its file."""

import ast
import re
import textwrap
from pathlib import Path

from pipeline.core.errors import DataError
from pipeline.core.storage import read_text
from pipeline.rendering.markup import Markup

REMARK = re.compile(r"\s+# (?:noqa|type:).*")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def source(root: Path, file: str, name: str) -> Markup:
    """A function or class without docstrings and remarks to linters, and a line that says which file it is from.

    Args:
        root: the project's folder.
        file: the file below it, as `pipeline/models/plain.py`.
        name: of the function or class; of a method, `Class.method`.

    Raises:
        DataError: the file is no Python or defines no such name.
    """
    text = read_text(root / file)
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise DataError(f"{file}: not Python (line {error.lineno}: {error.msg})") from error
    outermost, *inner = name.split(".")
    definition = _find(module, outermost, f"{file} defines no {name}")
    for part in inner:
        definition = _find(definition, part, f"{file} defines no {name}")
    code = _without_docstrings(text.splitlines(), definition)
    return Markup(f"::: {{.excerpt}}\n\n```python\n{code}\n```\n\nfrom `{file}`\n\n:::\n")


def _find(scope: ast.Module | Definition, name: str, complaint: str) -> Definition:
    for node in scope.body:
        if isinstance(node, Definition) and node.name == name:
            return node
    raise DataError(f"{complaint}; quote a name that stands there")


def _without_docstrings(lines: list[str], definition: Definition) -> str:
    start = min([definition.lineno, *(decorator.lineno for decorator in definition.decorator_list)])
    dropped: set[int] = set()
    for node in ast.walk(definition):
        if isinstance(node, Definition) and ast.get_docstring(node, clean=False) is not None:
            dropped.update(_lines_of_docstring(node, lines))
    kept = [lines[number - 1] for number in range(start, (definition.end_lineno or start) + 1) if number not in dropped]
    return textwrap.dedent("\n".join(REMARK.sub("", line) for line in kept))


def _lines_of_docstring(node: Definition, lines: list[str]) -> set[int]:
    docstring = node.body[0]
    end = docstring.end_lineno or docstring.lineno
    blank = end < len(lines) and not lines[end].strip()
    return set(range(docstring.lineno, end + 1 + blank))
