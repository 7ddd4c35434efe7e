"""Render the manuscript to a page with Pandoc, for machines without Quarto."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.core.errors import RenderingError
from pipeline.core.storage import write_text
from pipeline.rendering.manuscript import Manuscript
from pipeline.rendering.process import run_program
from pipeline.rendering.project import Project

ROOM = Path(__file__).parent
TIMEOUT = 120
READER = "markdown-raw_html-raw_tex-raw_attribute-blank_before_header"


def find_pandoc() -> Path:
    """Return the path of the Pandoc in the package pypandoc_binary, whatever other Pandoc is installed.

    Raises:
        RenderingError: the package is not installed, or does not contain Pandoc.
    """
    try:
        program = Path(str(files("pypandoc"))) / "files" / "pandoc"
    except ModuleNotFoundError:
        program = Path()
    if not program.is_file():
        raise RenderingError("Pandoc is not installed in this environment; run `pip install pypandoc_binary`")
    return program


def pandoc_version() -> str:
    """Return the version of Pandoc, such as `3.9`."""
    finished = run_program([find_pandoc(), "--version"], timeout=TIMEOUT)
    return finished.output.decode("utf-8").split()[1]


def render_with_pandoc(manuscript: Manuscript) -> str:
    """Return a manuscript as one self-contained HTML page.

    Raises:
        RenderingError: a reference has no target, an image or a citation is missing, a formula cannot be
            parsed, or Pandoc took too long.
    """
    return run_pandoc(manuscript, [*_options(manuscript.project)])


def run_pandoc(
    manuscript: Manuscript, options: Sequence[str], metadata: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """Run Pandoc on a manuscript, resolve cross-references and citations, and return its output.

    Args:
        manuscript: what `read_manuscript` returned.
        options: further options of Pandoc; filters among them run after `filter.lua`.
        metadata: metadata for templates and filters in addition to the manuscript's own.

    Raises:
        RenderingError: Pandoc failed, printed a warning, or took too long.
    """
    with tempfile.TemporaryDirectory(prefix="pandoc-") as private:
        merged = Path(private) / "metadata.json"
        write_text(merged, json.dumps({**manuscript.metadata, **metadata}, default=str))
        words = [str(find_pandoc()), *_reading(), *options, f"--metadata-file={merged}"]
        finished = run_program(
            words, timeout=TIMEOUT, folder=manuscript.folder, given=manuscript.markdown.encode("utf-8")
        )
    if finished.code or finished.log:
        raise RenderingError(f"Pandoc: {_complaint(finished.log) or f'ended with code {finished.code}'}")
    return finished.output.decode("utf-8")


def _reading() -> Iterator[str]:
    yield from ("+RTS", "-M1G", "-RTS", f"--from={READER}", "--standalone", "--number-sections", "--wrap=none")
    yield from ("--columns=100000", "--fail-if-warnings", f"--lua-filter={ROOM / 'filter.lua'}", "--citeproc")


def _options(project: Project) -> Iterator[str]:
    yield from ("--to=html5", "--embed-resources", "--mathml", "--section-divs")
    yield from ("--toc", f"--toc-depth={project.format.html.toc_depth}")
    yield from (f"--template={ROOM / 'page.html'}", f"--css={ROOM / 'page.css'}")
    yield from (f"--css={name}" for name in project.format.html.css)


def _complaint(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return " ".join(line for line in lines if not line.startswith("Failing because"))
