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

from pipeline.config import load_params, read_mapping, shorten
from pipeline.core.errors import DataError, StudyError
from pipeline.core.storage import read_bytes, read_json, read_text
from pipeline.core.tables import read_by_model, read_table
from pipeline.likelihood.score_tables import SCORES
from pipeline.publication.data_package import LIKELIHOODS, data_package, likelihoods
from pipeline.publication.readme import on_white
from stages.commands.study import cache_folder
from stages.shared.command import run
from stages.shared.graph import parameter, stage_names
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Hash everything again, print one line per difference, and fail if there is any.

    Args:
        layout: of the project.

    Raises:
        DataError: something differs from the committed study.
        StorageError: there is no dvc.lock.
    """
    lines = [*departures(layout.root), *corrupted(cache_folder(layout)), *unpublished(layout)]
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        follows = (
            "`dvc repro` remakes what follows from code, inputs or parameters, `dvc checkout --force` restores outputs"
        )
        raise DataError(f"{len(lines)} differences from the committed study; {follows}")
    print("Every file, parameter and line of code that dvc.lock lists is that of the committed study.")
    if count := len(absent(layout.root)):
        print(f"Not compared: {count} files that are not here; `make study` makes them")


def departures(root: Path) -> Iterator[str]:
    """Yield one line per difference between the project and its dvc.lock.

    Files that a fresh clone does not have are skipped; code and outputs that are kept in Git must exist. Stages
    that dvc.yaml no longer has, such as those of a removed model, are skipped too.

    Args:
        root: folder of the project.

    Raises:
        StorageError: there is no dvc.lock.
    """
    lock = read_mapping(root / "dvc.lock")
    params = read_mapping(root / "params.yaml")
    graph = read_mapping(root / "dvc.yaml")
    in_git = _uncached_outputs(graph["stages"])
    hashed = cache(lambda path: fingerprint(root / path, root))
    for name in stage_names(graph["stages"], params):
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
            if (new := parameter(params, key)) != old:
                yield f"{name}: parameter {key} is {shorten(new)}, was {shorten(old)}"


def absent(root: Path) -> set[str]:
    """Return the outputs in dvc.lock that are not in the project's folder, such as the weights in a fresh clone."""
    stages = read_mapping(root / "dvc.lock")["stages"].values()
    return {entry["path"] for stage in stages for entry in stage.get("outs", []) if not (root / entry["path"]).exists()}


def corrupted(dvc_cache: Path) -> Iterator[str]:
    """Yield one line per object of a DVC cache whose content does not have the hash that is its name.

    Args:
        dvc_cache: folder of the cache, which may be missing.
    """
    for file in sorted(dvc_cache.glob("files/md5/??/*")):
        expected = file.parent.name + file.name
        found = hashlib.md5(read_bytes(file), usedforsecurity=False).hexdigest()
        if found != expected.removesuffix(".dir"):
            yield f"{file}: cached object hashes to {found}; delete it and run `dvc repro`"


def unpublished(layout: Layout) -> Iterator[str]:
    """Yield one line per file in docs/ that is not what the study in this folder would publish.

    Args:
        layout: of the study; results that it does not have are not compared.
    """
    for made, published in layout.publications:
        if made.exists() and not (published.exists() and read_bytes(published) == read_bytes(made)):
            what = "PDF" if made == layout.pdf else "page"
            yield f"{published} is not the rendered {what}; run `make publish`"
    picture = layout.figure("answer-1")
    if picture.exists() and not _holds(lambda: read_bytes(layout.published_picture) == on_white(read_bytes(picture))):
        yield f"{layout.published_picture} is not the figure of the README; run `make publish`"
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


if __name__ == "__main__":
    run(main)
