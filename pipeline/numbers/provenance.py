"""Whether the files of the study are those that dvc.lock says were made, by the code and parameters that stand here."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.core.storage import read_bytes, read_text


def fingerprint(path: Path) -> str:
    """DVC's hash of a file, or of a folder with all that is below it.

    A folder's is the MD5 of the JSON list of its files' MD5s and relative paths, with `.dir` behind it.
    """
    if not path.is_dir():
        return hashlib.md5(read_bytes(path), usedforsecurity=False).hexdigest()
    files = sorted(file for file in path.rglob("*") if file.is_file())
    entries = [{"md5": fingerprint(file), "relpath": file.relative_to(path).as_posix()} for file in files]
    entries.sort(key=lambda entry: entry["relpath"])
    listing = json.dumps(entries, sort_keys=True)
    return hashlib.md5(listing.encode("utf-8"), usedforsecurity=False).hexdigest() + ".dir"


def departures(root: Path) -> Iterator[str]:
    """Every way in which the project differs from its dvc.lock, a line each.

    Files that a clean clone has not got are passed over; code, parameters and the outputs that are kept in
    Git must be there. Stages that dvc.yaml no longer has, as those of a removed model, are passed over too.

    Raises:
        StorageError: there is no dvc.lock.
    """
    lock, tree, graph = (
        YAML(typ="safe").load(read_text(root / name)) for name in ("dvc.lock", "params.yaml", "dvc.yaml")
    )
    for name in _stages(graph["stages"], tree):
        stage = lock["stages"].get(name)
        if stage is None:
            yield f"{name}: was never run; `dvc repro` runs it"
            continue
        for kind in ("deps", "outs"):
            for entry in stage.get(kind, []):
                yield from _file_departures(root, name, kind, entry)
        for key, value in stage.get("params", {}).get("params.yaml", {}).items():
            if (now := _value(tree, key)) != value:
                yield f"{name}: parameter {key} is {_short(now)}, was {_short(value)}"


def corrupted(cache: Path) -> Iterator[str]:
    """Every object of a DVC cache whose content is not what its name says, a line each."""
    for file in sorted(cache.glob("files/md5/??/*")):
        expected = file.parent.name + file.name
        found = hashlib.md5(read_bytes(file), usedforsecurity=False).hexdigest()
        if found != expected.removesuffix(".dir"):
            yield f"{file}: cached object hashes to {found}; delete it and run `dvc repro`"


def _file_departures(root: Path, stage: str, kind: str, entry: Mapping[str, Any]) -> Iterator[str]:
    path, expected = root / entry["path"], entry["md5"]
    if path.exists():
        if (found := fingerprint(path)) != expected:
            what = "code or input" if kind == "deps" else "output"
            yield f"{stage}: {what} {entry['path']} hashes to {found}, was {expected}"
    elif _is_in_git(entry["path"]):
        yield f"{stage}: {entry['path']} is missing; restore it with `git checkout {entry['path']}`"


def _is_in_git(path: str) -> bool:
    first, *rest = path.split("/")
    return (first != "data" and "_output" not in rest) or path.startswith(("data/plot", "data/summarise"))


def _stages(graph: Mapping[str, Any], tree: Any) -> Iterator[str]:
    """The names under which DVC runs dvc.yaml's stages, a stage with `foreach` once for each key it names."""
    for name, stage in graph.items():
        over = stage.get("foreach")
        yield from (f"{name}@{key}" for key in _value(tree, over.strip("${}"))) if over else (name,)


def _value(tree: Any, key: str) -> Any:
    """The parameter under a dotted key; names of models have no dots."""
    for part in key.split("."):
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    return tree


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
