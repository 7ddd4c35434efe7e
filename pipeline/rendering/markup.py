"""Markdown made by code: text that means nothing but itself, and tables."""

import re
import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.errors import DataError


@dataclass(frozen=True)
class Markup:
    """Markdown that a cell or an inline expression shows; `str()` of it goes into longer Markdown."""

    source: str

    def __str__(self) -> str:
        return self.source

    def _repr_markdown_(self) -> str:
        return self.source


def escape(text: str) -> str:
    """Markdown that shows `text` letter for letter: punctuation escaped, control characters dropped, one line."""
    line = re.sub(r"[ \t\r\n\f\v]+", " ", text).strip(" ")
    shown = [letter for letter in line if letter.isprintable() or unicodedata.category(letter) == "Zs"]
    return "".join("\\" + letter if letter in string.punctuation else letter for letter in shown)


def code(text: str) -> Markup:
    """A name as it stands in code and files."""
    return Markup(f"`{text.replace('`', '')}`")


def table(header: Sequence[str | Markup], rows: Sequence[Sequence[str | Markup]]) -> Markup:
    """A Markdown table; columns in which a number is quoted are set right, the first and columns of words left.

    Args:
        header: one cell a column; a plain string is shown letter for letter, `Markup` is Markdown.
        rows: as many cells each as the header has.

    Raises:
        DataError: a row is longer or shorter than the header.
    """
    for row in rows:
        if len(row) != len(header):
            raise DataError(f"a table of {len(header)} columns has a row of {len(row)} cells: {list(map(str, row))}")
    cells = [[_cell(one) for one in row] for row in rows]
    numeric = [any("{.number " in cell for cell in column) for column in zip(*cells, strict=True)]
    rule = [":--", *("--:" if right else ":--" for right in numeric[1:])]
    lines = [[_cell(one) for one in header], rule, *cells]
    return Markup("".join(f"| {' | '.join(line)} |\n" for line in lines))


def _cell(content: str | Markup) -> str:
    return escape(content) if isinstance(content, str) else " ".join(content.source.splitlines())
