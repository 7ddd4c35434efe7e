"""`make publish`: put the pages, the PDF and the log likelihoods into docs/, and the results into the README."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from pipeline.config import Params, load_params, read_mapping
from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, read_json, read_text, write_bytes, write_json, write_text
from pipeline.core.tables import read_by_model, write_table
from pipeline.likelihood.score_tables import SCORES
from pipeline.publication.data_package import KEY, LIKELIHOODS, column_table, data_package, likelihoods
from pipeline.publication.readme import cost, diagram, fill, on_white, result_table
from stages.shared.command import run
from stages.shared.layout import Layout

LARGEST = {
    "index.html": 2.5,
    "dips.html": 2.5,
    "methods.html": 2.5,
    "report.pdf": 4,
    "explorer.html": 6,
    "likelihoods.parquet": 8,
}
"""Largest size of each file in docs/, in megabytes; Git keeps every version of it."""


def main(layout: Layout) -> None:
    """Write docs/ and refresh the README, once all that is to be written has been made and is small enough.

    Args:
        layout: of the project.

    Raises:
        DataError: the study has not been run, a file is too large for docs/, or a page lacks the comments to fill.
    """
    contents: dict[Path, bytes] = {}
    for made, published in layout.publications:
        if not made.exists():
            raise DataError(f"{made} is missing; run `make study` first")
        contents[published] = read_bytes(made)
        _check_size(made, published.name, len(contents[published]))
    if (picture := layout.figure("answer-1")).exists():
        contents[layout.published_picture] = on_white(read_bytes(picture))
    params = load_params(layout.params)
    table = likelihoods(read_by_model(layout.gathered("scores.parquet"), SCORES))
    parquet = contents[layout.published_likelihoods] = _parquet(table)
    _check_size(layout.published_likelihoods, layout.published_likelihoods.name, len(parquet))
    package = data_package(table, params)
    columns = fill(read_text(layout.data_dictionary), "columns", f"\n{column_table()}\n", layout.data_dictionary)
    readme = _fresh_readme(layout, params)

    for file, content in contents.items():
        write_bytes(file, content)
        print(f"docs/{file.name}: {len(content) / 1e6:.2f} MB")
    write_json(layout.data_package, package)
    write_text(layout.data_dictionary, columns)
    write_text(layout.readme, readme)


def _parquet(table: pd.DataFrame) -> bytes:
    """Return the content of the published table's file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "likelihoods.parquet"
        write_table(file, table, LIKELIHOODS, key=KEY)
        return read_bytes(file)


def _check_size(file: Path, name: str, size: int) -> None:
    megabytes = size / 1e6
    if megabytes > LARGEST[name]:
        raise DataError(
            f"{file}: {megabytes:.2f} MB exceeds the limit of docs/{name}, {LARGEST[name]} MB; "
            "make the file smaller or raise LARGEST in stages/commands/publish.py"
        )


def _fresh_readme(layout: Layout, params: Params) -> str:
    """Return the README with the table of results, the cost of the study and the diagram of the stages."""
    stages = read_mapping(layout.dvc_yaml)["stages"]
    parts = {
        "results": result_table(read_json(layout.numbers), params.models),
        "cost": cost(read_json(layout.benchmarks)),
        "stages": f"\n```mermaid\n{diagram(stages)}\n```\n",
    }
    text = read_text(layout.readme)
    for name, content in parts.items():
        text = fill(text, name, content, layout.readme)
    return text


if __name__ == "__main__":
    run(main)
