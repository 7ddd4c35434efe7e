"""`make publish`: put the pages, the PDF and the log likelihoods into docs/, and the results into the README."""

from pathlib import Path

from ruamel.yaml import YAML

from pipeline.config import Params, load_params
from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, read_json, read_text, write_bytes, write_json, write_text
from pipeline.core.tables import read_by_model, write_table
from pipeline.likelihood.score_tables import SCORES
from pipeline.rendering.data_package import KEY, LIKELIHOODS, column_table, data_package, likelihoods
from pipeline.rendering.readme import cost, diagram, fill, result_table
from stages.shared.command import run
from stages.shared.layout import Layout

LARGEST = {"index.html": 3, "report.pdf": 3, "explorer.html": 6, "likelihoods.parquet": 8}
"""Megabytes that each file in docs/ may have, since Git keeps every version of it."""


def main(layout: Layout) -> None:
    """Write docs/ and refresh the README.

    Raises:
        DataError: the study has not been run, or a file is too large for docs/.
    """
    for made, published in layout.publications:
        if not made.exists():
            raise DataError(f"{made} is missing; run `make study` first")
        _check_size(made, published.name)
        write_bytes(published, read_bytes(made))
    params = load_params(layout.params)
    table = likelihoods(read_by_model(layout.gathered("scores.parquet"), SCORES))
    write_table(layout.published_likelihoods, table, LIKELIHOODS, key=KEY)
    _check_size(layout.published_likelihoods, layout.published_likelihoods.name)
    write_json(layout.data_package, data_package(table, params))
    columns = fill(read_text(layout.data_dictionary), "columns", f"\n{column_table()}\n")
    write_text(layout.data_dictionary, columns)
    _refresh_readme(layout, params)


def _check_size(file: Path, name: str) -> None:
    megabytes = file.stat().st_size / 1e6
    if megabytes > LARGEST[name]:
        raise DataError(f"{file}: {megabytes:.2f} MB, but docs/{name} may have {LARGEST[name]}; publish less in it")
    print(f"docs/{name}: {megabytes:.2f} MB")


def _refresh_readme(layout: Layout, params: Params) -> None:
    """Put the table of results, the cost of the study and the diagram of the stages into the README."""
    stages = YAML(typ="safe").load(read_text(layout.dvc_yaml))["stages"]
    text = fill(read_text(layout.readme), "results", result_table(read_json(layout.numbers), params.models))
    text = fill(text, "cost", cost(read_json(layout.benchmarks)))
    write_text(layout.readme, fill(text, "stages", f"\n```mermaid\n{diagram(stages)}\n```\n"))


if __name__ == "__main__":
    run(main)
