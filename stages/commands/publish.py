"""`make publish`: put the pages, the PDF and the log likelihoods into docs/, and the results into the README."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
from ruamel.yaml import YAML

from pipeline.config import load_params
from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes, read_json, read_text, write_bytes, write_text
from pipeline.core.tables import CATEGORY, concatenate, read_by_model, write_table
from pipeline.data.subsets import HOLDOUTS
from pipeline.likelihood.score_tables import SCORES
from pipeline.rendering.readme import cost, diagram, fill, result_table
from stages.shared.command import run
from stages.shared.layout import Layout

LARGEST = {"index.html": 3, "report.pdf": 3, "explorer.html": 6, "likelihoods.parquet": 5}
"""Megabytes that each file in docs/ may have, since Git keeps every version of it."""

LIKELIHOODS = pa.schema(
    {
        "id": pa.int32(),
        "label": pa.int8(),
        "model": CATEGORY,
        "subset": CATEGORY,
        "region": CATEGORY,
        "log_likelihood": pa.float32(),
        "standard_error": pa.float32(),
        "elbo": pa.float32(),
        "ess": pa.float32(),
        "pareto_k": pa.float32(),
        "draws": pa.int32(),
    }
)
"""One row per image and model; docs/likelihoods.md describes the columns."""
DECIMALS = {"log_likelihood": 3, "standard_error": 3, "elbo": 3, "ess": 0, "pareto_k": 2}
"""Decimals that are kept: far finer than the Monte Carlo error, and a third of the bytes."""


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
    table = likelihoods(read_by_model(layout.gathered("scores.parquet"), SCORES))
    write_table(layout.published_likelihoods, table, LIKELIHOODS, key=["id", "model"])
    _check_size(layout.published_likelihoods, layout.published_likelihoods.name)
    _refresh_readme(layout)


def likelihoods(scores: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the study's data product: the log likelihoods of all images that some model did not train on.

    Args:
        scores: one table per model; see `SCORES`.

    Returns:
        One row per model and image of the official test file or of a tail, rounded; see `LIKELIHOODS`.
    """
    table = concatenate(scores, "model")
    table = table[table["subset"].isin(HOLDOUTS)].reset_index(drop=True).round(DECIMALS)
    kinds = {
        field.name: "category" if field.type == CATEGORY else field.type.to_pandas_dtype() for field in LIKELIHOODS
    }
    published: pd.DataFrame = table[LIKELIHOODS.names].astype(kinds)
    return published


def _check_size(file: Path, name: str) -> None:
    megabytes = file.stat().st_size / 1e6
    if megabytes > LARGEST[name]:
        raise DataError(f"{file}: {megabytes:.2f} MB, but docs/{name} may have {LARGEST[name]}; publish less in it")
    print(f"docs/{name}: {megabytes:.2f} MB")


def _refresh_readme(layout: Layout) -> None:
    """Put the table of results, the cost of the study and the diagram of the stages into the README."""
    models = load_params(layout.params).models
    stages = YAML(typ="safe").load(read_text(layout.dvc_yaml))["stages"]
    text = fill(read_text(layout.readme), "results", result_table(read_json(layout.numbers), models))
    text = fill(text, "cost", cost(read_json(layout.benchmarks)))
    write_text(layout.readme, fill(text, "stages", f"\n```mermaid\n{diagram(stages)}\n```\n"))


if __name__ == "__main__":
    run(main)
