"""`make experiments`: compare DVC's experiments over the parameter in which they differ, on one page."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.core.errors import DataError
from pipeline.core.storage import write_text
from pipeline.figures.style import to_svg
from pipeline.figures.sweep import sweep
from pipeline.publication.sweep import COMMITTED, Experiment, choose, compared, flat, means, page
from stages.shared.command import run
from stages.shared.layout import Layout


def main(layout: Layout) -> None:
    """Write the page that compares experiments over $PARAM, or else over the only parameter that was changed alone.

    Args:
        layout: of the project.

    Raises:
        DataError: DVC cannot list experiments, as in a folder without Git, or the committed study has no numbers.
        ParameterError: no experiment changed $PARAM alone, or it is not set and several parameters were changed.
    """
    committed, *tried = experiments(layout)
    parameter = choose(committed, tried, os.environ.get("PARAM", ""))
    model, table = means(compared(committed, tried, parameter), parameter)
    figures = {subset: to_svg(figure) for subset, figure in sweep(table, parameter).items()}
    write_text(layout.experiments, page(parameter, model, table, figures))
    values = table["value"].astype(str).nunique()
    print(f"Compared {values} values of {parameter}; the page is {layout.experiments}")


def experiments(layout: Layout) -> Iterator[Experiment]:
    """Yield the committed study, then every finished experiment that was started from it.

    Args:
        layout: of the project.

    Raises:
        DataError: DVC does not list the committed study with its parameters, or the numbers of one are not in Git.
    """
    listed = json.loads(_output("dvc exp show", [sys.executable, "-m", "dvc", "exp", "show", "--json"]))
    head = listed[1] if len(listed) == 2 else {}
    if not _params(layout, head):
        raise DataError(
            "`dvc exp show` does not list the committed study's parameters; commit the study, and try again"
        )
    yield _experiment(layout, head, COMMITTED)
    for one in head["experiments"] or []:
        record = one["revs"][-1]
        if (one.get("executor") or {}).get("state", "success") == "success" and _params(layout, record):
            yield _experiment(layout, record, record["name"])


def _params(layout: Layout, record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an experiment's parameters from what DVC says of it; none where DVC could not read them."""
    files = (record.get("data") or {}).get("params", {})
    return dict(files.get(layout.params.name, {}).get("data") or {})


def _experiment(layout: Layout, record: Mapping[str, Any], name: str) -> Experiment:
    """Read an experiment's parameters from what DVC says of it, and its numbers from its commit."""
    place = f"{record['rev']}:./{layout.numbers.relative_to(layout.root).as_posix()}"
    numbers = _output(f"git show {place}", ["git", "show", place])
    return Experiment(name, flat(_params(layout, record)), json.loads(numbers))


def _output(command: str, words: list[str]) -> str:
    """Return what a program prints.

    Args:
        command: as a message calls it.
        words: the program and its arguments.

    Raises:
        DataError: it failed.
    """
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        complaint = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise DataError(f"`{command}`: {complaint}; experiments need a Git repository with the study's numbers")
    return done.stdout


if __name__ == "__main__":
    run(main)
