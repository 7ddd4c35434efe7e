"""The report as Markdown after its Python has run: the source of Pandoc's page and of the PDF."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.rendering.document import load_document
from pipeline.rendering.project import Project, load_project
from pipeline.rendering.weave import weave


@dataclass(frozen=True)
class Manuscript:
    """Markdown with all numbers filled in, and the settings of the project."""

    folder: Path
    project: Project
    metadata: dict[str, Any]
    markdown: str


def read_manuscript(folder: Path) -> Manuscript:
    """Read a Quarto project's index.qmd and run its Python.

    Args:
        folder: the folder with _quarto.yml and index.qmd, which is not changed.

    Raises:
        RenderingError: the project or the document cannot be read, or code of the page failed.
    """
    project = load_project(folder)
    document = load_document(folder / "index.qmd")
    settings = {
        "lang": project.lang,
        "bibliography": project.bibliography,
        "toc-title": project.format.html.toc_title,
        "link-citations": True,
    }
    own = {key: value for key, value in document.metadata.items() if key not in {"jupyter", "format"}}
    return Manuscript(folder, project, settings | own, weave(document, folder, echo=project.execute.echo))
