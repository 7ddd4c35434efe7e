"""`make study`: run the study with the stages of several models side by side; `dvc repro` runs one stage at a time."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import dropwhile
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from typing import Any

from pipeline.config import Params, load_params, read_mapping
from pipeline.core.errors import ParameterError, StudyError
from stages.commands.only_study import only_study, users
from stages.shared.command import run
from stages.shared.graph import stage_names
from stages.shared.layout import Layout

OnStage = Callable[[str, float], None]

DVC = (sys.executable, "-m", "stages.commands.patient", "--wait-for-lock")
"""Only one process at a time may read or write DVC's files, or use the files of a stage: the others wait."""
PAUSE = 1.0
"""Seconds between two checks for processes that use a stage's files."""
interrupted = Event()
"""Set once the user has interrupted the study; why a stage fails from then on is clear."""


def main(layout: Layout) -> None:
    """Run every stage that is out of date, $JOBS models at a time.

    Args:
        layout: of the project.

    Raises:
        BusyError: another study, or DVC, is at work in this folder.
        ParameterError: a parameter, or $JOBS, is not valid.
        StudyError: a stage failed; its output says why, and finished stages are kept.
    """
    jobs = jobs_for(load_params(layout.params))
    with only_study(layout):
        run_study(layout, jobs, report_stage)


def jobs_for(params: Params) -> int:
    """Return how many models' stages run side by side: $JOBS, or as many as the processors have threads for.

    Args:
        params: `threads` is the number of threads per process.

    Raises:
        ParameterError: $JOBS is not a whole number of at least 1.
    """
    asked = os.environ.get("JOBS") or str(max(1, (os.cpu_count() or 1) // params.threads))
    if not (asked.isdecimal() and int(asked)):
        raise ParameterError(f"JOBS = {asked!r} is not a whole number of at least 1; correct or unset it")
    return int(asked)


def report_stage(stage: str, seconds: float) -> None:
    """Print how long a stage took."""
    print(f"{stage}: {seconds:.0f} s", flush=True)


def run_study(layout: Layout, jobs: int, on_stage: OnStage, last: str = "") -> None:
    """Bring every stage up to date.

    The stages of one model run one after the other, in a process each. Several models side by side keep all processors
    busy, where the threads of a single process would wait for each other.

    Args:
        layout: where params.yaml names the models, and dvc.yaml their stages.
        jobs: how many models at a time.
        on_stage: called with each stage and its seconds.
        last: the stage to end with, with those that it needs; empty for all.

    Raises:
        StudyError: a stage failed; its output says why, and finished stages are kept.
    """
    step = partial(reproduce, layout, on_stage)
    for stage in ("download", "split"):
        step(stage)
    changed = changed_stages(layout)
    due = (list(dropwhile(lambda stage: stage not in changed, chain)) for chain in chains(layout))
    run_chains(filter(None, due), jobs, step)
    step(last, single=False)


def run_chains(due: Iterable[list[str]], jobs: int, step: Callable[[str, str], None]) -> None:
    """Run the stages of each chain one after the other, and several chains side by side.

    Args:
        due: the chains, each a list of stages.
        jobs: how many chains at a time.
        step: runs a stage, which shows its progress on the given line of the terminal.

    Raises:
        StudyError: a stage failed.
    """
    rows: SimpleQueue[str] = SimpleQueue()  # of the terminal, that no chain uses
    for row in range(jobs):
        rows.put(str(row))

    def run_chain(chain: list[str]) -> None:
        row = rows.get()
        try:
            for stage in chain:
                if interrupted.is_set():  # a signal between two processes ends neither of them
                    break
                step(stage, row)
        finally:
            rows.put(row)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            list(pool.map(run_chain, due))
        except KeyboardInterrupt:
            interrupted.set()
            raise


def chains(layout: Layout) -> list[list[str]]:
    """Return stages that may run beside others, those of a chain one after the other.

    For each model these are the stages that work on it alone, under `foreach` in dvc.yaml and in its order. Each stage
    that reads no data is a chain of its own.

    Args:
        layout: where params.yaml names the models, and dvc.yaml the stages.
    """
    stages, params = read_mapping(layout.dvc_yaml)["stages"], read_mapping(layout.params)
    names = list(stage_names(stages, params))
    of_models = [[name for name in names if name.partition("@")[2] == model] for model in params["models"]]
    return [*of_models, *([name] for name in names if name in stages and not _reads_data(stages[name]))]


def _reads_data(stage: Mapping[str, Any]) -> bool:
    return any(path.startswith("data/") for path in stage.get("deps", ()))


def changed_stages(layout: Layout) -> set[str]:
    """Return the stages whose code, inputs, parameters or outputs are not those of dvc.lock.

    `dvc status` fails while another process runs a stage; it is called again when that process is done. None of the
    study's own processes may run meanwhile.

    Args:
        layout: of the project.

    Raises:
        StudyError: `dvc status` failed though nobody uses a stage's files; its output says why.
    """
    while True:
        busy = users(layout)
        try:
            return set(json.loads(dvc(layout, "status", "--json")))
        except StudyError:
            if not (busy or users(layout)):
                raise
        print("waiting for the process that is named above", file=sys.stderr, flush=True)
        while users(layout):
            time.sleep(PAUSE)


def reproduce(
    layout: Layout, on_stage: OnStage, stage: str, row: str = "0", *, single: bool = True, pull: bool = False
) -> None:
    """Bring one stage up to date, alone or with all that it needs; without a name, every stage.

    With `--quiet`, DVC also hides why it could not start a stage; a dry run afterwards prints that.

    Args:
        layout: of the project.
        on_stage: called with the stage and its seconds.
        stage: its name, or an empty text.
        row: the line of the terminal for its progress.
        single: whether to leave the stages before it as they are.
        pull: whether to take from the remote what was computed elsewhere.

    Raises:
        StudyError: the stage failed; its output says why.
    """
    begun = time.monotonic()
    words = ["repro", *["--single-item"] * single, *["--pull"] * pull, *[stage] * bool(stage)]
    try:
        dvc(layout, *words, *["--quiet"] * single, row=row, show=True)
    except StudyError:
        if single and not interrupted.is_set():
            with suppress(StudyError):
                dvc(layout, *words, "--dry")
        raise
    on_stage(stage if single else "remaining stages", time.monotonic() - begun)


def dvc(layout: Layout, *words: str, row: str = "0", show: bool = False) -> str:
    """Run DVC in a project's folder and return what it printed.

    Args:
        layout: of the project.
        words: the command and its options.
        row: the line of the terminal for the progress of a stage.
        show: whether it prints to the terminal instead.

    Raises:
        StudyError: it failed; its output says why.
    """
    output, environment = None if show else subprocess.PIPE, os.environ | {"PROGRESS_ROW": row}
    said: str | None
    with subprocess.Popen([*DVC, *words], cwd=layout.root, env=environment, stdout=output, text=True) as process:
        try:
            said, _ = process.communicate()
        except KeyboardInterrupt:  # DVC is interrupted too, and needs time to end its stage and to note that
            process.communicate()
            raise
    if process.returncode:
        what = f"`dvc {' '.join(words)}` failed in {layout.root.absolute()}"
        raise StudyError(f"{what}; correct the error printed above, and run the same command again")
    return said or ""


def cache_folder(layout: Layout) -> Path:
    """Return the folder of DVC's cache, wherever the settings of the project, the user or the machine have it."""
    return (layout.root / dvc(layout, "cache", "dir").strip()).resolve()


if __name__ == "__main__":
    run(main)
