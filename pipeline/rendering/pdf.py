"""Render the manuscript to a PDF: Pandoc converts it to Typst, and Typst typesets it."""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import typst

from pipeline.core.errors import RenderingError
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.pandoc import ROOM, pandoc_version, run_pandoc


def render_pdf(manuscript: Manuscript) -> bytes:
    """Return a manuscript as a PDF.

    It has only fonts that come with Typst and no date, so that its bytes are the same on every machine.

    Raises:
        RenderingError: Pandoc or Typst failed; the message says where.
    """
    source = run_pandoc(manuscript, [*_options()], _metadata(manuscript))
    try:
        return compile_typst(source, manuscript.folder.resolve().parent)
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
    pdf = typst.Compiler(source.encode("utf-8"), root=root, font_paths=fonts).compile(format="pdf")
    return pdf if isinstance(pdf, bytes) else b"".join(pdf or [])


def _options() -> Iterator[str]:
    yield "--to=typst-citations"
    yield from (f"--template={ROOM / 'pdf.typ'}", f"--lua-filter={ROOM / 'pdf.lua'}")


def _metadata(manuscript: Manuscript) -> dict[str, str]:
    language, _, region = manuscript.project.lang.partition("-")
    return {
        "folder": manuscript.folder.resolve().name,
        "language": language,
        "region": region,
        "toc-depth": str(manuscript.project.format.html.toc_depth),
        "signature": f"Pandoc {pandoc_version()} and Typst {importlib.metadata.version('typst')}",
    }


def _complaint(error: typst.TypstError) -> str:
    """Return Typst's message with the picture or the line of Typst source that caused it."""
    file = re.search(r"┌─ (?!.*__typst)(.+?)(?::\d+)*$", error.diagnostic, re.MULTILINE)
    line = re.search(r"^ *\d+ │ (.+)$", error.diagnostic, re.MULTILINE)
    where = file[1] if file else f"`{line[1].strip()[:60]}`" if line else "the document"
    return " ".join([error.message, *error.hints[:1], "in", where])
