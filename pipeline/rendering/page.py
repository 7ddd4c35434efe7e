"""The study's page, by whichever renderer is at hand, signed with that renderer's name and checked."""

from pathlib import Path

from pipeline.errors import ParameterError, RenderingError
from pipeline.rendering.checker import check
from pipeline.rendering.mathml import set_formulas
from pipeline.rendering.pandoc import pandoc_version, render_with_pandoc
from pipeline.rendering.quarto import Quarto, find_quarto, render_with_quarto

RENDERERS = ("quarto", "pandoc")


def render_page(folder: Path, renderer: str = "") -> str:
    """Render a Quarto project's index.qmd to one self-contained HTML page that has passed every check.

    Args:
        folder: of _quarto.yml and index.qmd; nothing in it is changed.
        renderer: `quarto` or `pandoc`; empty for Quarto where one of 1.4 or later answers, otherwise Pandoc.

    Raises:
        ParameterError: there is no renderer of this name.
        RenderingError: the renderer is missing or too old, rendering failed, or the page is not whole.
    """
    quarto = choose(renderer)
    if quarto:
        page, name = render_with_quarto(quarto, folder), f"Quarto {quarto.version}"
    else:
        page, name = render_with_pandoc(folder), f"Pandoc {pandoc_version()}"
    page = sign(set_formulas(page), name)
    check(page)
    return page


def choose(renderer: str) -> Quarto | None:
    """The Quarto to render with, or none where Pandoc is to do it.

    Raises:
        ParameterError: there is no renderer of this name.
        RenderingError: Quarto is asked for by name, and is missing, too old or silent.
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
    """Put a line at the foot of the page that says what rendered it.

    Raises:
        RenderingError: the page has no main part that could end with it.
    """
    body, end, rest = page.rpartition("</main>")
    if not end:
        raise RenderingError(f"{renderer} made a page without a <main> element; look at its template")
    return f'{body}<footer class="renderer">Rendered with {renderer}</footer>\n{end}{rest}'
