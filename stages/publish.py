"""Put the rendered page and PDF, and the README's table and diagram, where a reader who runs nothing finds them."""

import subprocess

from pipeline.errors import DataError
from pipeline.readme import cost, diagram, fill, result_table
from pipeline.storage import read_bytes, read_json, read_text, write_bytes, write_text
from stages.command import run
from stages.layout import Layout

LARGEST = 3_000_000


def main(layout: Layout) -> None:
    """Copy the page and the PDF to docs/ and refresh the README."""
    for made, published in ((layout.page, layout.published), (layout.pdf, layout.published_pdf)):
        content = read_bytes(made)
        if len(content) > LARGEST:
            raise DataError(f"{made}: {len(content)} bytes, docs/ may hold {LARGEST} of each; thin the figures")
        write_bytes(published, content)
        print(f"{published}: {len(content) / 1e6:.2f} MB")

    readme = fill(read_text(layout.readme), "results", result_table(read_json(layout.numbers)))
    readme = fill(readme, "cost", cost(read_json(layout.benchmarks)))
    write_text(layout.readme, fill(readme, "stages", f"\n```mermaid\n{diagram(drawn_by_dvc())}\n```\n"))


def drawn_by_dvc() -> str:
    """The stages and what flows between them, each model's for itself."""
    return subprocess.run(["dvc", "dag", "--mermaid"], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    run(main)
