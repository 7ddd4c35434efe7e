"""Gather every model's files into one long table per kind, which all later stages read."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import pandas as pd
import pyarrow as pa

from pipeline.config import load_params, read_mapping
from pipeline.core.errors import ParameterError
from pipeline.core.storage import read_arrays, read_json, write_arrays
from pipeline.core.tables import HISTORY, concatenate, read_history, write_by_model, write_history
from pipeline.investigations.classify.tables import CLASSIFIED, read_classified
from pipeline.investigations.diagnose.tables import DIAGNOSIS, flatten
from pipeline.likelihood.score_tables import SCORES, read_scores
from pipeline.validation.certify.tables import CERTIFIED, read_certified
from pipeline.validation.validate.tables import METHOD_ESTIMATES, read_method_estimates
from stages.shared.command import run
from stages.shared.layout import Layout

Read = TypeVar("Read")


def main(layout: Layout) -> None:
    """Write the tables, with a first column `model`, and the arrays, with `MODEL.` before each name."""
    params = load_params(layout.params)

    def read(names: Iterable[str], path: Callable[[str], Path], reader: Callable[[Path], Read]) -> dict[str, Read]:
        return {name: reader(path(name)) for name in _listed(names, path, layout)}

    histories = read(params.models, layout.history, read_history)
    diagnoses = read(params.diagnose.models, layout.diagnosis, read_json)
    if not histories:
        raise ParameterError("dvc.yaml lists no model's files under gather; run `make models`")
    tables: dict[str, tuple[dict[str, pd.DataFrame], pa.Schema]] = {
        "scores": (read(params.models, layout.scores, read_scores), SCORES),
        "history": (histories, HISTORY),
        "certificates": (read(params.certify.models, layout.certificate, read_certified), CERTIFIED),
        "validation": (read(params.validation.models, layout.validation, read_method_estimates), METHOD_ESTIMATES),
        "classification": (read(params.classify.models, layout.classification, read_classified), CLASSIFIED),
        "diagnosis": ({name: flatten(found) for name, found in diagnoses.items()}, DIAGNOSIS),
    }
    arrays = {
        "latent": read(params.diagnose.models, layout.latent, read_arrays),
        "samples": read(params.sample.models, layout.samples, read_arrays),
    }

    for kind, (by_model, schema) in tables.items():
        write_by_model(layout.gathered(f"{kind}.parquet"), by_model, schema)
    write_history(layout.gathered("history.csv"), concatenate(histories, "model"))
    for kind, of_models in arrays.items():
        whole = {f"{model}.{key}": values for model, own in of_models.items() for key, values in own.items()}
        write_arrays(layout.gathered(f"{kind}.npz"), whole)


def _listed(names: Iterable[str], path: Callable[[str], Path], layout: Layout) -> list[str]:
    """Return those of the models, in their order, whose file dvc.yaml lists; report the others on stderr.

    DVC makes only listed files before the stage runs, so a file that is not listed may be absent or out of date.
    """
    deps = read_mapping(layout.dvc_yaml)["stages"]["gather"]["deps"]
    files = {name: path(name).relative_to(layout.root).as_posix() for name in names}
    for file in files.values():
        if file not in deps:
            print(f"gather: {file} is left out; `make models` lists it in dvc.yaml", file=sys.stderr)
    return [name for name, file in files.items() if file in deps]


if __name__ == "__main__":
    run(main)
