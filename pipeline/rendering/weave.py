"""Run the Python of a Quarto document and return Markdown."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.core.errors import RenderingError
from pipeline.rendering.document import Cell, Document, Inline
from pipeline.rendering.kernel import Output, place, run_cells
from pipeline.rendering.markup import escape


def weave(document: Document, folder: Path, *, echo: bool = False) -> str:
    """Run a document's cells and inline expressions, and replace them by their outputs.

    Args:
        document: what `load_document` returned.
        folder: the working folder of its Python.
        echo: show the source of cells that have no option `echo`.

    Raises:
        RenderingError: a cell or expression failed, or its output is neither text nor Markdown.
    """
    shown = iter(run_cells(document.cells, folder))
    return "".join(part if isinstance(part, str) else _show(part, next(shown), echo) for part in document.parts)


def _show(part: Cell | Inline, outputs: list[Output], echo: bool) -> str:
    return _show_inline(part, outputs) if isinstance(part, Inline) else _show_cell(part, outputs, echo)


def _show_inline(part: Inline, outputs: list[Output]) -> str:
    results = [output["data"] for output in outputs if output["output_type"] == "execute_result"]
    if not results:
        raise RenderingError(f"{place(part)}: `{part.source}` has no value; write an expression that has one")
    data = results[0]
    if "text/markdown" in data:
        return str(data["text/markdown"])
    return escape(str(data["text/plain"]).strip("'\""))


def _show_cell(cell: Cell, outputs: list[Output], echo: bool) -> str:
    if not cell.options.include:
        return ""
    blocks: list[str] = []
    if echo if cell.options.echo is None else cell.options.echo:
        blocks.append(f"```python\n{cell.source.strip()}\n```")
    if cell.options.output:
        blocks.extend(_show_outputs(cell, outputs))
    if cell.options.label:
        blocks = [f"::: {{#{cell.options.label}}}", *blocks, str(cell.options.caption), ":::"]
    return "\n" + "\n\n".join(blocks) + "\n\n"


def _show_outputs(cell: Cell, outputs: Iterable[Output]) -> Iterator[str]:
    for output in outputs:
        data = output.get("data", {})
        if output["output_type"] == "stream":
            if output["name"] == "stdout":
                yield _show_text(output["text"], raw=cell.options.output == "asis")
        elif "text/markdown" in data:
            yield data["text/markdown"]
        elif set(data) == {"text/plain"}:
            yield _show_text(data["text/plain"], raw=False)
        else:
            kinds = ", ".join(sorted(data))
            raise RenderingError(f"{place(cell)}: the cell shows {kinds}; show Markdown or text instead")


def _show_text(text: str, *, raw: bool) -> str:
    return text if raw else f"```\n{text.rstrip()}\n```"
