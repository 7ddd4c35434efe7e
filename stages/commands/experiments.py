"""`make experiments`: compare DVC's experiments over the parameter in which they differ, on one page."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.core.errors import DataError
from pipeline.core.storage import write_text
from pipeline.figures.style import to_svg
from pipeline.figures.sweep import sweep
from pipeline.publication.sweep import COMMITTED, Version, choose, compared, flat, means, page
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the page of $PARAM, such as `train.learning_rate`; needless if only one parameter was changed.

    Raises:
        DataError: DVC cannot list experiments, as in a folder without Git, or the committed study has no numbers.
        ParameterError: no experiment changed $PARAM alone, or it is not set and several parameters were changed.
    """
    committed, *tried = versions(layout)
    parameter = choose(committed, tried, os.environ.get("PARAM", ""))
    model, table = means(compared(committed, tried, parameter), parameter)
    figures = {subset: to_svg(figure) for subset, figure in sweep(table, parameter).items()}
    write_text(layout.experiments, page(parameter, model, table, figures))
    print(f"{table['experiment'].nunique()} versions of {parameter}: {layout.experiments}")


def versions(layout: Layout) -> Iterator[Version]:
    """Yield the committed study, then every finished experiment that was started from it."""
    [_, head] = json.loads(_output(["dvc", "exp", "show", "--json"]))
    yield _version(layout, head, COMMITTED)
    for one in head["experiments"] or []:
        record = one["revs"][-1]
        if (one.get("executor") or {}).get("state", "success") == "success" and "data" in record:
            yield _version(layout, record, record["name"])


def _version(layout: Layout, record: Mapping[str, Any], name: str) -> Version:
    """Read a version's parameters from what DVC says of it, and its numbers from its commit."""
    params = record["data"]["params"][layout.params.name]["data"]
    numbers = _output(["git", "show", f"{record['rev']}:./{layout.numbers.relative_to(layout.root).as_posix()}"])
    return Version(name, flat(params), json.loads(numbers))


def _output(words: list[str]) -> str:
    """Return what a program prints.

    Raises:
        DataError: it failed.
    """
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise DataError(
            f"`{' '.join(words[:3])}`: {complaint}; experiments need a Git repository with the study's numbers"
        )
    return done.stdout


if __name__ == "__main__":
    run(main)
