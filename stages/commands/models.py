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

WIDTH = 120
DATA = re.compile(r"(?m)(^  gather:\n(?s:.*?)^    deps: \[\n)(?:^ +data/.*,\n)*")
"""The lines of data in the list under `gather`; what stands before them is the first group."""


def main(layout: Layout) -> None:
    """Rewrite the data in the list; the code after it, and everything else in dvc.yaml, stays as it is.

    Args:
        layout: of the project.

    Raises:
        DataError: dvc.yaml has no stage `gather` with a list in brackets.
        ParameterError: a parameter is not valid.
    """
    text = read_text(layout.dvc_yaml)
    if not DATA.search(text):
        raise DataError(f"{layout.dvc_yaml}: no list `deps: [...]` under gather; `git checkout dvc.yaml` restores it")
    files = files_by_model(load_params(layout.params), layout)
    listed = "".join(
        fill(row, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8, break_on_hyphens=False) + ",\n"
        for row in map(", ".join, files.values())
    )
    write_text(layout.dvc_yaml, DATA.sub(lambda found: found[1] + listed, text))
    print(f"dvc.yaml lists the files of {len(files)} models")


def files_by_model(params: Params, layout: Layout) -> Mapping[str, list[str]]:
    """Return the files that the stages of each model leave for `gather`.

    Args:
        params: name the models, and those that each stage treats.
        layout: of the project.

    Returns:
        By model, paths relative to the project's folder.
    """
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
