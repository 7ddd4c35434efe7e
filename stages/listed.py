"""Which models an aggregate stage may read: those whose files dvc.yaml lists for it."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from ruamel.yaml import YAML

from pipeline.config import Params
from pipeline.storage import read_text
from stages.layout import Layout


def listed_models(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of params.yaml, in its order, whose scores dvc.yaml lists for `stage`.

    DVC makes only listed files before the stage runs, so a model that is not listed is left out, with
    a line that says so.
    """
    models = _listed(params.models, layout.scores, layout, stage)
    for name in params.models:
        if name not in models:
            print(f"{stage}: {name} is left out; `make models` lists its files in dvc.yaml", file=sys.stderr)
    return models


def listed_classifiers(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of classify.models, in its order, whose tables dvc.yaml lists for `stage`."""
    return _listed(params.classify.models, layout.classified, layout, stage)


def listed_estimated(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of accuracy.models, in its order, whose tables dvc.yaml lists for `stage`."""
    return _listed(params.accuracy.models, layout.estimated, layout, stage)


def listed_sampled(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of sample.models, in its order, whose weights dvc.yaml lists for `stage`."""
    return _listed(params.sample.models, layout.weights, layout, stage)


def listed_certified(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of certify.models, in its order, whose tables dvc.yaml lists for `stage`."""
    return _listed(params.certify.models, layout.certified, layout, stage)


def listed_diagnosed(params: Params, layout: Layout, stage: str) -> list[str]:
    """The models of diagnose.models, in its order, whose findings dvc.yaml lists for `stage`."""
    return _listed(params.diagnose.models, layout.diagnosis, layout, stage)


def listed_scores(names: Iterable[str], layout: Layout, stage: str) -> list[str]:
    """Those of the named models whose scores dvc.yaml lists for `stage`."""
    return _listed(names, layout.scores, layout, stage)


def listed_anatomy(layout: Layout, stage: str) -> bool:
    """Whether dvc.yaml lists the tables of what makes an image likely for `stage`."""
    return bool(_listed(["estimates"], layout.anatomy, layout, stage))


def _listed(names: Iterable[str], path: Callable[[str], Path], layout: Layout, stage: str) -> list[str]:
    """Those of the names for whose path `stage` waits."""
    listed = YAML(typ="safe").load(read_text(layout.dvc_yaml))["stages"][stage]["deps"]
    return [name for name in names if path(name).relative_to(layout.root).as_posix() in listed]
