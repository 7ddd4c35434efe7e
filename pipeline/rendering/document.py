"""Parse a Quarto document into metadata, prose, code cells and inline expressions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.core.errors import RenderingError
from pipeline.rendering.lines import FENCE, Line, expand, next_fence

INLINE = re.compile(r"(?<!`)`\{python\}\s+([^`]+)`")


class CellOptions(BaseModel):
    """Options of a code cell, from its `#|` lines; others are refused, since Quarto would ignore them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str | None = Field(default=None, pattern=r"^tbl-[A-Za-z0-9-]+$")
    caption: str | None = Field(default=None, alias="tbl-cap")
    include: bool = True
    echo: bool | None = None
    output: bool | Literal["asis"] = True


@dataclass(frozen=True)
class Cell:
    """A code cell: its options, the Python below them, and the file and line where that Python begins."""

    source: str
    options: CellOptions
    file: str
    line: int


@dataclass(frozen=True)
class Inline:
    """A Python expression inside a sentence, with its file and line."""

    source: str
    file: str
    line: int


Part = str | Cell | Inline


@dataclass(frozen=True)
class Document:
    """Metadata of a document, and its parts in order."""

    metadata: Mapping[str, Any]
    parts: tuple[Part, ...]

    @property
    def cells(self) -> list[Cell | Inline]:
        """Return the code cells and inline expressions."""
        return [part for part in self.parts if not isinstance(part, str)]


def load_document(path: Path) -> Document:
    """Read a .qmd file with all files that it includes.

    Raises:
        RenderingError: an included file is missing or includes itself, a code block is not closed,
            an option of a cell is unknown, or some YAML cannot be read; the message has file and line.
    """
    lines = list(expand(path))
    metadata, body = _split_metadata(lines)
    return Document(metadata, tuple(_parts(body)))


def read_yaml(text: str, where: str) -> dict[str, Any]:
    """Return the YAML mapping in a text, empty if the text is.

    Args:
        text: the YAML.
        where: its place, for messages.

    Raises:
        RenderingError: the text is not a YAML mapping; the message begins with `where`.
    """
    try:
        content = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise RenderingError(f"{where}: not YAML ({problem}); correct it there") from error
    if not isinstance(content, dict | None):
        raise RenderingError(f"{where}: not a mapping; write lines of the form `key: value`")
    return content or {}


def _split_metadata(lines: list[Line]) -> tuple[dict[str, Any], list[Line]]:
    if not lines or lines[0].text.strip() != "---":
        return {}, lines
    for end, line in enumerate(lines[1:], start=1):
        if line.text.strip() in {"---", "..."}:
            text = "\n".join(one.text for one in lines[1:end])
            return read_yaml(text, f"{line.file} front matter"), lines[end + 1 :]
    raise RenderingError(f"{lines[0].file}: the front matter is not closed; end it with ---")


def _parts(lines: list[Line]) -> Iterator[Part]:
    prose: list[Line] = []
    block: list[Line] = []
    fence = ""
    for line in lines:
        before, fence = fence, next_fence(fence, line.text)
        if not before and not fence:
            prose.append(line)
            continue
        yield from _prose(prose)
        prose = []
        block.append(line)
        if not fence:
            yield _block(block)
            block = []
    yield from _prose(prose)


def _prose(lines: list[Line]) -> Iterator[Part]:
    text = "\n".join([line.text for line in lines] + [""] * bool(lines))
    start = 0
    for found in INLINE.finditer(text):
        line = lines[text.count("\n", 0, found.start())]
        yield text[start : found.start()]
        yield Inline(" ".join(found[1].splitlines()).strip(), line.file, line.number)
        start = found.end()
    yield text[start:]


def _block(lines: list[Line]) -> Part:
    opening, *body, _ = lines
    language = (FENCE.match(opening.text) or ["", "", ""])[2]
    if language != "{python}":
        return "\n".join(line.text for line in lines) + "\n"
    options = [line.text[2:] for line in body if line.text.startswith("#|")]
    source = "\n".join(line.text for line in body[len(options) :])
    where = f"{opening.file} line {opening.number}"
    return Cell(source, _cell_options("\n".join(options), where), opening.file, opening.number + len(options) + 1)


def _cell_options(text: str, where: str) -> CellOptions:
    try:
        options = CellOptions.model_validate(read_yaml(text, where))
    except ValidationError as error:
        first = error.errors()[0]
        known = ", ".join(field.alias or name for name, field in CellOptions.model_fields.items())
        raise RenderingError(
            f"{where}: cell option {'.'.join(map(str, first['loc']))}: {first['msg']}; the options are {known}"
        ) from error
    if "{python}" in (options.caption or ""):
        raise RenderingError(
            f"{where}: an expression in tbl-cap is not evaluated; put the table into ::: {{#{options.label}}} … :::, "
            "with the caption as its last paragraph"
        )
    if (options.label is None) != (options.caption is None):
        raise RenderingError(f"{where}: label and tbl-cap belong together; give both or neither")
    return options
