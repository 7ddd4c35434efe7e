"""Which models an aggregate stage may read: those whose files dvc.yaml lists for it."""

import sys

from ruamel.yaml import YAML

from pipeline.config import Params
from pipeline.storage import read_text
from stages.layout import Layout


def listed_models(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of params.yaml, in its order, whose scores dvc.yaml lists for `stage`.

    DVC makes only listed files before the stage runs, so a model that is not listed is left out, with
    a line that says so.
    """
    listed = YAML(typ="safe").load(read_text(layout.dvc_yaml))["stages"][stage]["deps"]
    models = [name for name in params.models if layout.scores(name).relative_to(layout.root).as_posix() in listed]
    for name in params.models:
        if name not in models:
            print(f"{stage}: {name} is left out; `make models` lists its files in dvc.yaml", file=sys.stderr)
    return models
