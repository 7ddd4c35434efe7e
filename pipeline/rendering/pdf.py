"""Render the report to a PDF: Pandoc converts its pages to Typst, and Typst typesets them."""

import importlib.metadata
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import typst

from pipeline.core.errors import RenderingError
from pipeline.rendering.pandoc import ROOM, pandoc_version, run_pandoc


def render_pdf(folder: Path, pages: Sequence[str]) -> bytes:
    """Return pages of a Quarto project as one PDF.

    It has only fonts that come with Typst and no date, so that its bytes are the same on every machine.

    Args:
        folder: the project.
        pages: their sources; the first gives the title, each other one is a part under its own title.

    Raises:
        RenderingError: Pandoc or Typst failed; the message says where.
    """
    first, *others = pages
    signature = f"Pandoc {pandoc_version()} and Typst {importlib.metadata.version('typst')}"
    metadata = {"folder": folder.resolve().name, "then": " ".join(others), "signature": signature}
    source = run_pandoc(folder, first, [*_options()], metadata)
    try:
        return compile_typst(source, folder.resolve().parent)
    except typst.TypstError as error:
        raise RenderingError(f"Typst: {_complaint(error)}; correct the report's source or pdf.typ") from error


def compile_typst(source: str, root: Path) -> bytes:
    """Return Typst source as a PDF.

    Args:
        source: the whole document.
        root: the folder from which its paths to images start.

    Raises:
        TypstError: there is a mistake in the source, or a file is missing or not an image.
    """
    fonts = typst.Fonts(include_system_fonts=False)
    pdf = typst.Compiler(source.encode("utf-8"), root=root, font_paths=fonts).compile(
        format="pdf", pdf_standards="ua-1"
    )
    return pdf if isinstance(pdf, bytes) else b"".join(pdf or [])


def _options() -> Iterator[str]:
    yield "--to=typst-citations"
    yield from (f"--template={ROOM / 'pdf.typ'}", f"--lua-filter={ROOM / 'pdf.lua'}")


def _complaint(error: typst.TypstError) -> str:
    """Return Typst's message with the picture or the line of Typst source that caused it."""
    file = re.search(r"┌─ (?!.*__typst)(.+?)(?::\d+)*$", error.diagnostic, re.MULTILINE)
    line = re.search(r"^ *\d+ │ (.+)$", error.diagnostic, re.MULTILINE)
    where = file[1] if file else f"`{line[1].strip()[:60]}`" if line else "the document"
    return " ".join([error.message, *error.hints[:1], "in", where])
