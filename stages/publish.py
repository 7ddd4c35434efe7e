"""Put the rendered page and PDF, and the README's table and diagram, where a reader who runs nothing finds them."""

import subprocess
from pathlib import Path

from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, read_json, read_text, write_bytes, write_text
from pipeline.rendering.readme import cost, diagram, fill, result_table
from stages.command import run
from stages.layout import Layout

LARGEST, LARGEST_EXPLORER = 3_000_000, 6_000_000


def main(layout: Layout) -> None:
    """Copy the pages and the PDF to docs/ and refresh the README."""
    _publish(layout.page, layout.published, LARGEST, "thin the figures")
    _publish(layout.explorer, layout.published_explorer, LARGEST_EXPLORER, "let it have fewer models")
    _publish(layout.pdf, layout.published_pdf, LARGEST, "thin the figures")
    readme = fill(read_text(layout.readme), "results", result_table(read_json(layout.numbers)))
    readme = fill(readme, "cost", cost(read_json(layout.benchmarks)))
    write_text(layout.readme, fill(readme, "stages", f"\n```mermaid\n{diagram(drawn_by_dvc())}\n```\n"))


def _publish(page: Path, published: Path, largest: int, remedy: str) -> None:
    if not page.exists():
        raise DataError(f"{page} is not there; run `make study` first")
    content = read_bytes(page)
    if len(content) > largest:
        raise DataError(f"{page}: {len(content)} bytes, docs/ may hold {largest}; {remedy}")
    write_bytes(published, content)
    print(f"{published}: {len(content) / 1e6:.2f} MB")


def drawn_by_dvc() -> str:
    """The stages and what flows between them, each model's for itself."""
    return subprocess.run(["dvc", "dag", "--mermaid"], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    run(main)
