"""`make models`: list the files of every model of params.yaml under `gather` in dvc.yaml."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import fill

from pipeline.config import Params, load_params
from pipeline.core.errors import DataError
from pipeline.core.storage import read_text, write_text
from stages.shared.command import run
from stages.shared.layout import Layout

CODE = (
    "pipeline/core",
    "pipeline/likelihood",
    "pipeline/validation",
    "pipeline/investigations/diagnose",
    "pipeline/investigations/classify",
    "stages/gather.py",
)
"""Code that `gather` imports."""
WIDTH = 120
LIST = re.compile(r"(?ms)(^  gather:\n.*?^    deps: )\[.*?\]\n")


def main(layout: Layout) -> None:
    """Rewrite the list; everything else in dvc.yaml stays as it is.

    Raises:
        DataError: dvc.yaml has no stage `gather` with a list in brackets.
    """
    text = read_text(layout.dvc_yaml)
    if not LIST.search(text):
        raise DataError(f"{layout.dvc_yaml}: no list `deps: [...]` under gather; `git checkout dvc.yaml` restores it")
    rows = [*files_by_model(load_params(layout.params), layout).values(), list(CODE)]
    listed = ",\n".join(fill(", ".join(row), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8) for row in rows)
    write_text(layout.dvc_yaml, LIST.sub(lambda found: f"{found[1]}[\n{listed}]\n", text))


def files_by_model(params: Params, layout: Layout) -> Mapping[str, list[str]]:
    """Return the files that the stages of each model leave for `gather`, from the root."""
    everyone = tuple(params.models)
    files: list[tuple[tuple[str, ...], Callable[[str], Path]]] = [
        (everyone, layout.history),
        (everyone, layout.scores),
        (params.certify.models, layout.certificate),
        (params.validation.models, layout.validation),
        (params.sample.models, layout.samples),
        (params.diagnose.models, layout.diagnosis),
        (params.diagnose.models, layout.latent),
        (params.classify.models, layout.classification),
    ]
    return {
        name: [path(name).relative_to(layout.root).as_posix() for models, path in files if name in models]
        for name in params.models
    }


if __name__ == "__main__":
    run(main)
