"""`make verify`: compare every file, parameter and line of code with what dvc.lock records of the committed study.

`dvc status` does not do this: it trusts corrupted objects of its cache as long as they are read-only, overlooks an edit
that keeps a file's size and time, and gives neither the old hash nor the old value of a parameter.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec
from ruamel.yaml import YAML

from pipeline.config import load_params
from pipeline.core.errors import DataError, StudyError
from pipeline.core.storage import read_bytes, read_json, read_text
from pipeline.core.tables import read_by_model, read_table
from pipeline.likelihood.score_tables import SCORES
from pipeline.rendering.data_package import LIKELIHOODS, data_package, likelihoods
from stages.shared.command import run
from stages.shared.layout import Layout

SHORT = 60
"""Characters of a parameter's value that a message shows."""


def main(layout: Layout) -> None:
    """Hash everything again, print one line per difference, and fail if there is any."""
    lines = [*departures(layout.root), *corrupted(layout.cache), *unpublished(layout)]
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        raise DataError(f"{len(lines)} departures from dvc.lock; `dvc repro` remakes what they touch")
    print("Every file, parameter and line of code is that of the committed study.")


def departures(root: Path) -> Iterator[str]:
    """Yield one line per difference between the project and its dvc.lock.

    Files that a fresh clone does not have are skipped; code and outputs that are kept in Git must exist. Stages
    that dvc.yaml no longer has, such as those of a removed model, are skipped too.

    Args:
        root: folder of the project.

    Raises:
        StorageError: there is no dvc.lock.
    """
    lock = _read_yaml(root / "dvc.lock")
    params = _read_yaml(root / "params.yaml")
    graph = _read_yaml(root / "dvc.yaml")
    in_git = _uncached_outputs(graph["stages"])
    hashed = cache(lambda path: fingerprint(root / path, root))
    for name in _stage_names(graph["stages"], params):
        stage = lock["stages"].get(name)
        if stage is None:
            yield f"{name}: was never run; `dvc repro` runs it"
            continue
        for kind, what in (("deps", "code or input"), ("outs", "output")):
            for entry in stage.get(kind, []):
                path, expected = entry["path"], entry["md5"]
                if (root / path).exists():
                    if (found := hashed(path)) != expected:
                        yield f"{name}: {what} {path} hashes to {found}, was {expected}"
                elif path in in_git or not _is_made(path):
                    yield f"{name}: {path} is missing; restore it with `git checkout {path}`"
        for key, old in stage.get("params", {}).get("params.yaml", {}).items():
            if (new := _value(params, key)) != old:
                yield f"{name}: parameter {key} is {_shorten(new)}, was {_shorten(old)}"


def corrupted(dvc_cache: Path) -> Iterator[str]:
    """Yield one line per object of a DVC cache whose content does not have the hash that is its name."""
    for file in sorted(dvc_cache.glob("files/md5/??/*")):
        expected = file.parent.name + file.name
        found = hashlib.md5(read_bytes(file), usedforsecurity=False).hexdigest()
        if found != expected.removesuffix(".dir"):
            yield f"{file}: cached object hashes to {found}; delete it and run `dvc repro`"


def unpublished(layout: Layout) -> Iterator[str]:
    """Yield one line per file in docs/ that is not what the study in this folder would publish."""
    for made, published in layout.publications:
        if made.exists() and not (published.exists() and read_bytes(published) == read_bytes(made)):
            what = "PDF" if made == layout.pdf else "page"
            yield f"{published} is not the rendered {what}; run `make publish`"
    if (scores := layout.gathered("scores.parquet")).exists():
        table = likelihoods(read_by_model(scores, SCORES))
        package = data_package(table, load_params(layout.params))
        if not _holds(lambda: read_table(layout.published_likelihoods, LIKELIHOODS).equals(table)):
            yield f"{layout.published_likelihoods} is not the table of {scores}; run `make publish`"
        if not _holds(lambda: read_json(layout.data_package) == package):
            yield f"{layout.data_package} does not describe the table of {scores}; run `make publish`"


def _holds(test: Callable[[], bool]) -> bool:
    """Return the outcome of a test of a file, false where the file cannot be read."""
    try:
        return test()
    except StudyError:
        return False


def fingerprint(path: Path, root: Path) -> str:
    """Return the hash that DVC gives to a file or folder.

    The hash of a folder is the MD5 of the JSON list of its files' MD5s and relative paths, followed by `.dir`.

    Args:
        path: a file or folder.
        root: the folder of .dvcignore; files that it names do not count.
    """
    if not path.is_dir():
        return hashlib.md5(read_bytes(path), usedforsecurity=False).hexdigest()
    ignored = _ignored(root)
    files = (file for file in path.rglob("*") if file.is_file() and not ignored.match_file(file.relative_to(root)))
    entries = [{"md5": fingerprint(file, root), "relpath": file.relative_to(path).as_posix()} for file in files]
    entries.sort(key=lambda entry: entry["relpath"])
    listing = json.dumps(entries, sort_keys=True)
    return hashlib.md5(listing.encode("utf-8"), usedforsecurity=False).hexdigest() + ".dir"


def _ignored(root: Path) -> GitIgnoreSpec:
    file = root / ".dvcignore"
    return GitIgnoreSpec.from_lines(read_text(file).splitlines() if file.exists() else [])


def _read_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(read_text(path))


def _uncached_outputs(stages: Mapping[str, Any]) -> set[str]:
    """Return the outputs that DVC leaves to Git: those with `cache: false` in dvc.yaml."""
    outputs = [
        output
        for stage in stages.values()
        for kind in ("outs", "metrics")
        for output in stage.get("do", stage).get(kind, [])
    ]
    marked = [output for output in outputs if isinstance(output, Mapping)]
    return {path for output in marked for path, options in output.items() if options.get("cache") is False}


def _is_made(path: str) -> bool:
    """Return whether a stage writes the file at this path."""
    return path.startswith(("data/", "report/_output/"))


def _stage_names(stages: Mapping[str, Any], params: Any) -> Iterator[str]:
    """Yield the names under which DVC runs the stages of dvc.yaml: a `foreach` stage has one per key."""
    for name, stage in stages.items():
        over = stage.get("foreach")
        yield from (f"{name}@{key}" for key in _value(params, over.strip("${}"))) if over else (name,)


def _value(params: Any, key: str) -> Any:
    """Return the parameter under a dotted key, None if there is none; names of models have no dots."""
    for part in key.split("."):
        params = params.get(part) if isinstance(params, Mapping) else None
    return params


def _shorten(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= SHORT else text[: SHORT - 3] + "..."


if __name__ == "__main__":
    run(main)
