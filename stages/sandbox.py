"""A copy of the project with other parameters, to run without touching the committed study."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.errors import ParameterError
from pipeline.storage import read_text
from stages import wiring
from stages.command import run
from stages.layout import Layout

COPIED = ("pipeline", "stages", "report", "dvc.yaml", "params.yaml", ".dvcignore")


def main(overlay: str, target: str, layout: Layout) -> None:
    """Copy the project to `target` and lay the parameters in the file `overlay` over its own."""
    changes = YAML(typ="safe").load(read_text(Path(overlay)))
    make_sandbox(layout.root, Path(target), changes)


def make_sandbox(source: Path, target: Path, changes: Mapping[str, Any]) -> Layout:
    """Copy what the pipeline is made of; files that an earlier run made in `target` stay.

    Args:
        source: the project.
        target: a folder, made if it is missing.
        changes: parameters by their place in params.yaml; a mapping is laid over a mapping.

    Returns:
        The copy's layout, its dvc.yaml in agreement with its parameters.
    """
    for name in COPIED:
        if (source / name).is_dir():
            shutil.rmtree(target / name, ignore_errors=True)
            shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("__pycache__", ".quarto"))
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)
    layout, yaml = Layout(target), YAML()
    tree = yaml.load(read_text(layout.params))
    _lay_over(tree, changes)
    with layout.params.open("w", encoding="utf-8") as stream:
        yaml.dump(tree, stream)
    wiring.main(layout)
    return layout


def _lay_over(tree: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if key not in tree:
            raise ParameterError(f"{key} is no parameter of params.yaml; there are {', '.join(tree)}")
        if isinstance(value, Mapping) and value.keys() <= tree[key].keys():
            _lay_over(tree[key], value)
        else:
            tree[key] = value


if __name__ == "__main__":
    run(main, "PARAMETERS", "FOLDER")
