"""The page as Pandoc makes it, with the Python of the page run by this project: where Quarto is not installed."""

import json
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from pipeline.errors import RenderingError
from pipeline.rendering.document import Document, load_document
from pipeline.rendering.process import run_program
from pipeline.rendering.project import Project, load_project
from pipeline.rendering.weave import weave
from pipeline.storage import write_text

ROOM = Path(__file__).parent
TIMEOUT = 120
READER = "markdown-raw_html-raw_tex-raw_attribute-blank_before_header"


def find_pandoc() -> Path:
    """The Pandoc inside the package pypandoc_binary, whatever other Pandoc is installed.

    Raises:
        RenderingError: the package is not installed, or is the one without Pandoc.
    """
    try:
        program = Path(str(files("pypandoc"))) / "files" / "pandoc"
    except ModuleNotFoundError:
        program = Path()
    if not program.is_file():
        raise RenderingError("there is no Pandoc in this environment; run `pip install pypandoc_binary`")
    return program


def pandoc_version() -> str:
    """The version of Pandoc, as `3.9`."""
    finished = run_program([find_pandoc(), "--version"], timeout=TIMEOUT)
    return finished.output.decode("utf-8").split()[1]


def render_with_pandoc(folder: Path) -> str:
    """Render a Quarto project's index.qmd to one self-contained HTML page.

    Args:
        folder: of _quarto.yml and index.qmd; nothing in it is changed.

    Raises:
        RenderingError: some code of the page failed, a reference leads nowhere, an image or a
            citation is missing, a formula cannot be read, or Pandoc took too long.
    """
    project = load_project(folder)
    document = load_document(folder / "index.qmd")
    markdown = weave(document, folder, echo=project.execute.echo)
    with tempfile.TemporaryDirectory(prefix="pandoc-") as private:
        metadata = Path(private) / "metadata.json"
        write_text(metadata, json.dumps(_metadata(project, document), default=str))
        words = [str(find_pandoc()), *_options(project), f"--metadata-file={metadata}"]
        finished = run_program(words, timeout=TIMEOUT, folder=folder, given=markdown.encode("utf-8"))
    if finished.code or finished.log:
        raise RenderingError(f"Pandoc: {_complaint(finished.log) or f'ended with code {finished.code}'}")
    return finished.output.decode("utf-8")


def _options(project: Project) -> Iterator[str]:
    yield from ("+RTS", "-M1G", "-RTS", f"--from={READER}", "--to=html5", "--standalone", "--embed-resources")
    yield from ("--mathml", "--section-divs", "--number-sections", "--wrap=none", "--columns=100000")
    yield from ("--toc", f"--toc-depth={project.format.html.toc_depth}", "--fail-if-warnings")
    yield from (f"--template={ROOM / 'page.html'}", f"--css={ROOM / 'page.css'}")
    yield from (f"--css={name}" for name in project.format.html.css)
    yield from (f"--lua-filter={ROOM / 'filter.lua'}", "--citeproc")


def _metadata(project: Project, document: Document) -> dict[str, Any]:
    settings = {
        "lang": project.lang,
        "bibliography": project.bibliography,
        "toc-title": project.format.html.toc_title,
        "link-citations": True,
    }
    return settings | {key: value for key, value in document.metadata.items() if key not in {"jupyter", "format"}}


def _complaint(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return " ".join(line for line in lines if not line.startswith("Failing because"))
