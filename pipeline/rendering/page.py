"""Render the report to a checked HTML page, with Quarto or Pandoc, and to a PDF."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ParameterError, RenderingError
from pipeline.rendering.checker import check
from pipeline.rendering.figures import spell_out
from pipeline.rendering.manuscript import Manuscript, read_manuscript
from pipeline.rendering.mathml import set_formulas
from pipeline.rendering.pandoc import pandoc_version, render_with_pandoc
from pipeline.rendering.pdf import render_pdf
from pipeline.rendering.quarto import Quarto, find_quarto, render_with_quarto

RENDERERS = ("quarto", "pandoc")


@dataclass(frozen=True)
class Report:
    """The rendered report: an HTML page and a PDF."""

    page: str
    pdf: bytes


def render_report(folder: Path, renderer: str = "") -> Report:
    """Render a Quarto project's index.qmd to a page and a PDF with the same numbers.

    Pandoc and Typst make the PDF, whichever renderer makes the page.

    Args:
        folder: the folder with _quarto.yml and index.qmd, which is not changed.
        renderer: of the page, as for `render_page`.

    Raises:
        ParameterError: there is no renderer with this name.
        RenderingError: a renderer is missing or too old, rendering failed, or the page is not complete.
    """
    quarto = choose(renderer)
    manuscript = read_manuscript(folder)
    page = _by_quarto(quarto, folder) if quarto else _by_pandoc(manuscript)
    return Report(page, render_pdf(manuscript))


def render_page(folder: Path, renderer: str = "") -> str:
    """Render a Quarto project's index.qmd to one self-contained HTML page, and check it.

    Args:
        folder: the folder with _quarto.yml and index.qmd, which is not changed.
        renderer: `quarto` or `pandoc`; empty for Quarto if version 1.4 or later is installed, otherwise Pandoc.

    Raises:
        ParameterError: there is no renderer with this name.
        RenderingError: the renderer is missing or too old, rendering failed, or the page is not complete.
    """
    quarto = choose(renderer)
    return _by_quarto(quarto, folder) if quarto else _by_pandoc(read_manuscript(folder))


def _by_pandoc(manuscript: Manuscript) -> str:
    return _finish(render_with_pandoc(manuscript), f"Pandoc {pandoc_version()}")


def _by_quarto(quarto: Quarto, folder: Path) -> str:
    return _finish(render_with_quarto(quarto, folder), f"Quarto {quarto.version}")


def _finish(page: str, renderer: str) -> str:
    page = spell_out(sign(set_formulas(page), renderer))
    check(page)
    return page


def choose(renderer: str) -> Quarto | None:
    """Return the Quarto to render with, or None to render with Pandoc.

    Raises:
        ParameterError: there is no renderer with this name.
        RenderingError: Quarto was requested by name, but is missing or too old, or does not report its version.
    """
    if renderer not in ("", *RENDERERS):
        raise ParameterError(f"RENDERER={renderer}: unknown; set it to {' or '.join(RENDERERS)}, or not at all")
    if renderer == "pandoc":
        return None
    try:
        return find_quarto()
    except RenderingError:
        if renderer == "quarto":
            raise
        return None


def sign(page: str, renderer: str) -> str:
    """Add a footer with the name of the renderer to the page.

    Raises:
        RenderingError: the page has no `<main>` element.
    """
    body, end, rest = page.rpartition("</main>")
    if not end:
        raise RenderingError(f"{renderer} made a page without a <main> element; correct its template")
    return f'{body}<footer class="renderer">Rendered with {renderer}</footer>\n{end}{rest}'
