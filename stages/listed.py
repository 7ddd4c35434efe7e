"""Which files an aggregate stage may read: those that dvc.yaml lists for it."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from ruamel.yaml import YAML

from pipeline.config import Params
from pipeline.core.storage import read_text
from stages.layout import Layout


def listed_models(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of params.yaml, in its order, whose scores dvc.yaml lists for `stage`.

    DVC makes only listed files before the stage runs, so a model that is not listed is left out, with
    a line that says so.
    """
    models = listed(params.models, layout.scores, layout, stage)
    for name in params.models:
        if name not in models:
            print(f"{stage}: {name} is left out; `make models` lists its files in dvc.yaml", file=sys.stderr)
    return models


def listed(names: Iterable[str], path: Callable[[str], Path], layout: Layout, stage: str) -> list[str]:
    """Those of the names, in their order, whose file dvc.yaml lists for `stage`.

    Args:
        names: of models, or of whatever else has one file each.
        path: of the file of a name, a method of `layout`.
        layout: where dvc.yaml is, too.
        stage: a name in dvc.yaml.
    """
    deps = YAML(typ="safe").load(read_text(layout.dvc_yaml))["stages"][stage]["deps"]
    return [name for name in names if path(name).relative_to(layout.root).as_posix() in deps]
