"""`make demo`: copy the project with other parameters, to run it without changing the committed study."""

import contextlib
import shutil
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.config import read_mapping
from pipeline.core.errors import ParameterError
from pipeline.core.storage import explain_storage, read_text, write_json, write_text
from pipeline.numbers.claims import compare_studies
from stages.commands import models
from stages.commands.only_study import only_study
from stages.shared.command import run
from stages.shared.layout import Layout

COPIED = ("pipeline", "stages", "report", "dvc.yaml", "params.yaml", ".dvcignore")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".quarto", "_output")
MARK = ".sandbox"
"""File in every copy, without which nothing in a folder is overwritten or removed."""


def main(overlay: str, target: str, layout: Layout) -> None:
    """Copy the project to `target`, and change its parameters to those in the file `overlay`.

    Args:
        overlay: path of a YAML file; see `changes` of `make_sandbox`.
        target: path of a folder, created if it is missing.
        layout: of the project.

    Raises:
        BusyError: a study is at work in `target`.
        ParameterError: `target` is not a place for a copy, or the changed parameters are not valid.
        StorageError: a file cannot be read, or `target` cannot be written to.
    """
    folder = Path(target)
    with only_study(Layout(folder)) if (folder / MARK).exists() else contextlib.nullcontext():
        make_sandbox(layout.root, folder, read_mapping(Path(overlay)))


def make_sandbox(source: Path, target: Path, changes: Mapping[str, Any]) -> Layout:
    """Copy the files that the pipeline needs and change its parameters; results of earlier runs in `target` stay.

    Args:
        source: folder of the project.
        target: a folder, created if it is missing.
        changes: parameters by key, nested as in params.yaml. A mapping is merged with the existing one; null
            removes a key.

    Returns:
        The layout of the copy, whose dvc.yaml lists the files of its models.

    Raises:
        ParameterError: `target` is the project or in a folder of it that is copied, or has files of these names that
            were not copied, or the changed parameters are not valid.
        StorageError: a file cannot be read, or `target` cannot be written to.
    """
    here = target.resolve()
    if here == source.resolve() or any(here.is_relative_to((source / name).resolve()) for name in COPIED):
        raise ParameterError(
            f"{target} is the project itself or in a folder that is copied; name another folder, such as .demo"
        )
    own = [name for name in COPIED if (target / name).exists()]
    if own and not (target / MARK).exists():
        raise ParameterError(f"{target / own[0]} was not copied there; name another folder, or delete this one")
    with explain_storage(target, "copy to"):
        target.mkdir(parents=True, exist_ok=True)
        (target / MARK).touch()
        for name in COPIED:
            _copy(source / name, target / name)
    layout = Layout(target)
    write_json(layout.replication, compare_studies({}, {}))
    yaml = YAML()
    yaml.width = 200
    yaml.preserve_quotes = True
    tree = yaml.load(read_text(layout.params))
    _merge(tree, changes)
    text = StringIO()
    yaml.dump(tree, text)
    write_text(layout.params, text.getvalue())
    models.main(layout)
    return layout


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a folder; files that the source no longer has are removed from the target."""
    if source.is_dir():
        for old in [path for path in target.rglob("*") if path.is_file() and "_output" not in path.parts]:
            old.unlink()
        shutil.copytree(source, target, ignore=LEFT_OUT, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _merge(tree: dict[str, Any], changes: Mapping[str, Any]) -> None:
    """Merge changes into a tree of parameters in place."""
    for key, value in changes.items():
        if value is None:
            tree.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(tree.get(key), Mapping):
            _merge(tree[key], value)
        else:
            tree[key] = value


if __name__ == "__main__":
    run(main, "PARAMETERS", "FOLDER")
