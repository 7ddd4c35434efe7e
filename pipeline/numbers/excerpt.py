"""Quote the study's own code in the report."""

import ast
import re
import textwrap
from pathlib import Path

from pipeline.core.errors import DataError
from pipeline.core.storage import read_text

LINTER_COMMENT = re.compile(r"\s+# (?:noqa|type:).*")
LISTINGS = {
    "vae": ("pipeline/models/plain.py", "VAE"),
    "elbo": ("pipeline/models/density.py", "elbo"),
    "conditional": ("pipeline/models/conditional.py", "ConditionalVAE"),
    "given": ("pipeline/models/conditional.py", "Given"),
    "log-marginal": ("pipeline/likelihood/reductions.py", "log_marginal"),
    "truth": ("pipeline/investigations/regress/data.py", "truth"),
    "constant": ("pipeline/investigations/regress/models.py", "constant"),
    "varying": ("pipeline/investigations/regress/models.py", "varying"),
}
"""Code that the report shows: file and name of a function or class."""
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def source(root: Path, file: str, name: str) -> str:
    """Return the code of a function or class as Markdown, followed by the name of its file.

    Docstrings and comments for linters are left out.

    Args:
        root: folder of the project.
        file: path of the file from there, such as `pipeline/models/plain.py`.
        name: name of the function or class, or `Class.method`.

    Raises:
        DataError: the file is not Python or does not define the name.
    """
    text = read_text(root / file)
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        raise DataError(f"{file}: not Python (line {error.lineno}: {error.msg})") from error
    outermost, *inner = name.split(".")
    definition = _find(module, outermost, f"{file} does not define {name}")
    for part in inner:
        definition = _find(definition, part, f"{file} does not define {name}")
    code = _without_docstrings(text.splitlines(), definition)
    return f"::: {{.excerpt}}\n\n```python\n{code}\n```\n\nfrom `{file}`\n\n:::\n"


def _find(scope: ast.Module | Definition, name: str, complaint: str) -> Definition:
    for node in scope.body:
        if isinstance(node, Definition) and node.name == name:
            return node
    raise DataError(f"{complaint}; quote a name that it defines")


def _without_docstrings(lines: list[str], definition: Definition) -> str:
    start = min([definition.lineno, *(decorator.lineno for decorator in definition.decorator_list)])
    dropped: set[int] = set()
    for node in ast.walk(definition):
        # A docstring, of the definition itself or of an attribute, is a statement that is nothing but text.
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            dropped.update(_lines_of(node, lines))
    kept = [lines[number - 1] for number in range(start, (definition.end_lineno or start) + 1) if number not in dropped]
    return textwrap.dedent("\n".join(LINTER_COMMENT.sub("", line) for line in kept))


def _lines_of(docstring: ast.Expr, lines: list[str]) -> set[int]:
    """Return the lines of a docstring, and the empty line after it."""
    end = docstring.end_lineno or docstring.lineno
    blank = end < len(lines) and not lines[end].strip()
    return set(range(docstring.lineno, end + 1 + blank))
