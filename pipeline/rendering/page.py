"""Render the report to checked HTML pages, with Quarto or Pandoc, and to a PDF."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ParameterError, RenderingError
from pipeline.rendering.access import make_reachable
from pipeline.rendering.checker import check, check_together
from pipeline.rendering.figures import spell_out
from pipeline.rendering.mathml import set_formulas
from pipeline.rendering.pandoc import pandoc_version, render_with_pandoc
from pipeline.rendering.pdf import render_pdf
from pipeline.rendering.quarto import Quarto, find_quarto, render_with_quarto

RENDERERS = ("quarto", "pandoc")


@dataclass(frozen=True)
class Report:
    """The rendered report: HTML pages by name, such as `index`, and a PDF of them all."""

    pages: dict[str, str]
    pdf: bytes


def render_report(folder: Path, names: tuple[str, ...], renderer: str = "") -> Report:
    """Render pages of a Quarto project, and a PDF of them with the same numbers.

    Pandoc and Typst make the PDF, whichever renderer makes the pages.

    Args:
        folder: the project, which is not changed.
        names: of the pages in the order of the PDF; `index` is `index.qmd`.
        renderer: of the pages, as for `render_pages`.

    Raises:
        ParameterError: there is no renderer with this name.
        RenderingError: a renderer is missing or too old, rendering failed, or a page is not complete.
    """
    with ThreadPoolExecutor() as pool:
        pdf = pool.submit(render_pdf, folder, [f"{name}.qmd" for name in names])
        pages = render_pages(folder, names, renderer)
        return Report(pages, pdf.result())


def render_pages(folder: Path, names: tuple[str, ...], renderer: str = "") -> dict[str, str]:
    """Render pages of a Quarto project, each to one self-contained HTML file, and check them.

    Args:
        folder: the project, which is not changed.
        names: of the pages; `index` is `index.qmd`.
        renderer: `quarto` or `pandoc`; empty for Quarto if version 1.4 or later is installed, otherwise Pandoc.

    Returns:
        The pages by name.

    Raises:
        ParameterError: there is no renderer with this name.
        RenderingError: the renderer is missing or too old, rendering failed, or a page is not complete.
    """
    quarto = choose(renderer)
    if quarto:
        signature, made = f"Quarto {quarto.version}", render_with_quarto(quarto, folder, names)
    else:
        signature = f"Pandoc {pandoc_version()}"
        with ThreadPoolExecutor() as pool:
            made = dict(
                zip(names, pool.map(lambda name: render_with_pandoc(folder, f"{name}.qmd"), names), strict=True)
            )
    pages = {name: spell_out(sign(make_reachable(set_formulas(page)), signature)) for name, page in made.items()}
    for name, page in pages.items():
        check(page, name)
    check_together(pages)
    return pages


def choose(renderer: str) -> Quarto | None:
    """Return the Quarto to render with, or None to render with Pandoc.

    Raises:
        ParameterError: there is no renderer with this name.
        RenderingError: Quarto was requested by name, but is missing or too old, or does not report its version.
    """
    if renderer not in ("", *RENDERERS):
        raise ParameterError(f"RENDERER={renderer}: unknown; set it to {' or '.join(RENDERERS)}, or unset it")
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
