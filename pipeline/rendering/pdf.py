"""The manuscript as a PDF for reading on paper: Pandoc writes Typst, and Typst sets it."""

import importlib.metadata
import re
from collections.abc import Iterator
from pathlib import Path

import typst

from pipeline.core.errors import RenderingError
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.pandoc import ROOM, pandoc_version, run_pandoc


def render_pdf(manuscript: Manuscript) -> bytes:
    """Set a manuscript as a PDF, with the fonts that Typst carries, no date, and thereby the same bytes everywhere.

    Raises:
        RenderingError: Pandoc or Typst failed; the message says at what.
    """
    source = run_pandoc(manuscript, [*_options()], _metadata(manuscript))
    try:
        return compile_typst(source, manuscript.folder.resolve().parent)
    except typst.TypstError as error:
        raise RenderingError(f"Typst: {_complaint(error)}; mend the report's source or pdf.typ") from error


def compile_typst(source: str, root: Path) -> bytes:
    """Set Typst source as a PDF.

    Args:
        source: of the whole document.
        root: where its paths to images begin.

    Raises:
        TypstError: a mistake in the source, or a file that is not there or no image.
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
    """What is wrong, in which picture or else in which line of Typst source."""
    file = re.search(r"┌─ (?!.*__typst)(.+?)(?::\d+)*$", error.diagnostic, re.MULTILINE)
    line = re.search(r"^ *\d+ │ (.+)$", error.diagnostic, re.MULTILINE)
    where = file[1] if file else f"`{line[1].strip()[:60]}`" if line else "the document"
    return " ".join([error.message, *error.hints[:1], "in", where])
