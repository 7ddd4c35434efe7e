"""The report after its Python has run and before it has a form: what the page of Pandoc and the PDF are made from."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.rendering.document import load_document
from pipeline.rendering.project import Project, load_project
from pipeline.rendering.weave import weave


@dataclass(frozen=True)
class Manuscript:
    """Markdown in which every number stands in its place, with the settings that it is to be set by."""

    folder: Path
    project: Project
    metadata: dict[str, Any]
    markdown: str


def read_manuscript(folder: Path) -> Manuscript:
    """Read a Quarto project's index.qmd and carry out its Python, once for all forms.

    Args:
        folder: of _quarto.yml and index.qmd; nothing in it is changed.

    Raises:
        RenderingError: the project or the document cannot be read, or some code of the page failed.
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
