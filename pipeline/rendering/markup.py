"""Make Markdown: escaped text, code and tables."""

import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.errors import DataError


@dataclass(frozen=True)
class Markup:
    """Markdown that a cell or an inline expression shows; `str()` gives its source."""

    source: str

    def __str__(self) -> str:
        return self.source

    def _repr_markdown_(self) -> str:
        return self.source


def escape(text: str) -> str:
    """Return Markdown that shows `text` literally: one line, punctuation escaped, control characters dropped."""
    line = re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")
    shown = [letter for letter in line if letter.isprintable() or unicodedata.category(letter) == "Zs"]
    return "".join("\\" + letter if letter in string.punctuation else letter for letter in shown)


def code(text: str) -> Markup:
    """Return a name set as code."""
    return Markup(f"`{text.replace('`', '')}`")


def table(header: Sequence[str | Markup], rows: Sequence[Sequence[str | Markup]]) -> Markup:
    """Return a Markdown table; columns with a quoted number are aligned right, the first and all others left.

    Args:
        header: one cell per column; a string is shown literally, `Markup` is Markdown.
        rows: rows with as many cells as the header.

    Raises:
        DataError: a row has more or fewer cells than the header.
    """
    for row in rows:
        if len(row) != len(header):
            found = f"{len(row)} cells: {list(map(str, row))}"
            raise DataError(f"a table of {len(header)} columns has a row of {found}; give one cell per column")
    cells = [[_cell(one) for one in row] for row in rows]
    numeric = [any("{.number " in cell for cell in column) for column in zip(*cells, strict=True)]
    rule = [":--", *("--:" if right else ":--" for right in numeric[1:])]
    lines = [[_cell(one) for one in header], rule, *cells]
    return Markup("".join(f"| {' | '.join(line)} |\n" for line in lines))


def _cell(content: str | Markup) -> str:
    return escape(content) if isinstance(content, str) else " ".join(content.source.splitlines())
