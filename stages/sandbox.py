"""A copy of the project with other parameters, to run without touching the committed study."""

import shutil
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.config import read_mapping
from pipeline.core.errors import ParameterError
from pipeline.core.storage import explain_storage, read_text, write_text
from stages import wiring
from stages.command import run
from stages.layout import Layout

COPIED = ("pipeline", "stages", "report", "dvc.yaml", "params.yaml", ".dvcignore")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".quarto", "_output")


def main(overlay: str, target: str, layout: Layout) -> None:
    """Copy the project to `target` and lay the parameters in the file `overlay` over its own."""
    make_sandbox(layout.root, Path(target), read_mapping(Path(overlay)))


def make_sandbox(source: Path, target: Path, changes: Mapping[str, Any]) -> Layout:
    """Copy what the pipeline is made of; files that an earlier run made in `target` stay.

    Args:
        source: the project.
        target: a folder, made if it is missing.
        changes: parameters by their place in params.yaml; a mapping is laid over a mapping, and null
            takes a key away.

    Returns:
        The copy's layout, its dvc.yaml in agreement with its parameters.

    Raises:
        ParameterError: `target` is the project, or a part of it that is copied, or the parameters
            with the changes are not the study's.
    """
    here = target.resolve()
    if here == source.resolve() or any(here.is_relative_to((source / name).resolve()) for name in COPIED):
        raise ParameterError(f"{target} is the project itself; name another folder, as .demo")
    with explain_storage(target, "copy to"):
        for name in COPIED:
            _copy(source / name, target / name)
    layout, yaml, text = Layout(target), YAML(), StringIO()
    yaml.width, yaml.preserve_quotes = 200, True
    tree = yaml.load(read_text(layout.params))
    _lay_over(tree, changes)
    yaml.dump(tree, text)
    write_text(layout.params, text.getvalue())
    wiring.main(layout)
    return layout


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        for old in [path for path in target.rglob("*") if path.is_file() and "_output" not in path.parts]:
            old.unlink()
        shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _lay_over(tree: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for key, value in changes.items():
        if value is None:
            tree.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(tree.get(key), Mapping):
            _lay_over(tree[key], value)
        else:
            tree[key] = value


if __name__ == "__main__":
    run(main, "PARAMETERS", "FOLDER")
