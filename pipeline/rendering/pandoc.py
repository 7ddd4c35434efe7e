"""Render the report's pages with Pandoc, for machines without Quarto."""

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from pipeline.core.errors import RenderingError
from pipeline.rendering.process import run_program, with_remedy

ROOM = Path(__file__).parent
TIMEOUT = 120
CORRECT = "correct the report's source"
READER = "markdown-raw_html-raw_tex-raw_attribute-blank_before_header"
"""Pandoc's name of Quarto's Markdown; filter.lua reads included files with the same."""


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


def render_with_pandoc(folder: Path, page: str) -> str:
    """Return a page of a Quarto project as one self-contained HTML page.

    Args:
        folder: the project.
        page: its source, such as `index.qmd`.

    Raises:
        RenderingError: a number or a reference has no target, an image or a citation is missing, a formula cannot be
            parsed, or Pandoc took too long.
    """
    return run_pandoc(folder, page, [*_options()])


def run_pandoc(
    folder: Path, page: str, options: Sequence[str], metadata: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Run Pandoc on a page, with numbers, conditions, cross-references and citations resolved, and return its output.

    Args:
        folder: the Quarto project; its settings are metadata of the page.
        page: its source.
        options: further options of Pandoc; filters among them run after `filter.lua`.
        metadata: for templates and filters, in addition.

    Raises:
        RenderingError: Pandoc or one of its filters failed, printed a warning, or took too long.
    """
    words = [
        str(find_pandoc()),
        *_reading(),
        *options,
        *(f"--metadata={key}:{value}" for key, value in metadata.items()),
    ]
    finished = run_program([*words, page], timeout=TIMEOUT, folder=folder)
    if finished.code or finished.log:
        complaint = _complaint(finished.log) or f"ended with code {finished.code}"
        raise RenderingError(f"Pandoc: {with_remedy(complaint, CORRECT)}")
    return finished.output.decode("utf-8")


def _reading() -> Iterator[str]:
    yield from ("+RTS", "-M1G", "-RTS", f"--from={READER}", "--standalone", "--number-sections", "--wrap=none")
    yield from ("--metadata-file=_quarto.yml", "--metadata-file=../data/summarise/conditions.yml")
    yield "--metadata-file=../data/panels/drawn.yml"
    yield from ("--columns=100000", "--fail-if-warnings", f"--lua-filter={ROOM / 'filter.lua'}")
    yield from ("--lua-filter=_extensions/study/check.lua", "--citeproc")


def _options() -> Iterator[str]:
    yield from ("--to=html5", "--embed-resources", "--mathml", "--section-divs", "--toc", "--toc-depth=2")
    yield from (f"--template={ROOM / 'page.html'}", f"--css={ROOM / 'page.css'}", "--css=style.css")


def _complaint(log: str) -> str:
    lines = [line.strip().removeprefix("ERROR: ") for line in log.splitlines() if line.strip()]
    complaint = " ".join(line for line in lines if not line.startswith(("Failing because", "Error running filter")))
    return re.sub(
        r"\[WARNING\] Could not fetch resource (\S+)",
        r"there is no picture \1; correct its name, or run `dvc repro`",
        complaint,
    )
