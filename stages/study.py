"""Run the study with the chains of several models side by side; `dvc repro` alone runs one stage at a time."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, dropwhile

from pipeline.config import Params, load_params
from pipeline.core.errors import ParameterError, StudyError
from stages.command import run
from stages.layout import Layout

Told = Callable[[str, float], None]

DVC = ("dvc", "--wait-for-lock")
"""DVC reads and writes its files alone; without the word, whom others keep waiting for three seconds gives up."""


def main(layout: Layout) -> None:
    """Make whatever a change makes necessary, $JOBS models at a time."""
    params = load_params(layout.params)
    run_study(params, jobs_for(params), tell)


def jobs_for(params: Params) -> int:
    """How many models' chains run side by side: $JOBS, or as many as the processors have threads for.

    Raises:
        ParameterError: $JOBS is no number above zero.
    """
    asked = os.environ.get("JOBS") or str(max(1, (os.cpu_count() or 1) // params.threads))
    if not (asked.isdecimal() and int(asked)):
        raise ParameterError(f"JOBS = {asked!r} is no number of models; set it to 1 or more, or not at all")
    return int(asked)


def tell(stage: str, seconds: float) -> None:
    """Say how long a stage took."""
    print(f"{stage}: {seconds:.0f} s", flush=True)


def run_study(params: Params, jobs: int, on_stage: Told) -> None:
    """Bring every stage up to date.

    A model's chain is a process of its own on a thread or more of its own, which keeps all processors at work
    where the threads of one process would wait for each other.

    Args:
        params: tell the models, whose chains can run side by side.
        jobs: how many do.
        on_stage: is told of each stage and its seconds.

    Raises:
        StudyError: a stage failed; it has said why, and what is finished stays.
    """
    for stage in ("download", "split"):
        _repro([stage], on_stage)
    changed, rows = changed_stages(), count()
    chains = [list(dropwhile(lambda stage: stage not in changed, stages_of(name, params))) for name in params.models]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda chain: _chain(chain, str(next(rows) % jobs), on_stage), filter(None, chains)))
    _repro([], on_stage)


def stages_of(name: str, params: Params) -> list[str]:
    """The stages of one model alone, in order."""
    classified = [f"classify@{name}"] if name in params.classify.models else []
    compared = [f"accuracy@{name}"] if name in params.accuracy.models else []
    certified = [f"certify@{name}"] if name in params.certify.models else []
    diagnosed = [f"diagnose@{name}"] if name in params.diagnose.models else []
    return [f"train@{name}", f"score@{name}", *certified, *classified, *compared, *diagnosed]


def changed_stages() -> set[str]:
    """The stages whose code, inputs, parameters or outputs are not those of dvc.lock.

    Raises:
        StudyError: DVC cannot tell; it has said why.
    """
    told = subprocess.run([*DVC, "status", "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if told.returncode:
        raise StudyError("dvc status failed; mend what it says above and run the same command again")
    return set(json.loads(told.stdout))


def _chain(stages: list[str], row: str, on_stage: Told) -> None:
    for stage in stages:
        _repro([stage], on_stage, row)


def _repro(stages: list[str], on_stage: Told, row: str = "0") -> None:
    """Bring these stages, or all, up to date; a quiet DVC keeps its own errors to itself, a dry look tells them."""
    begun, command = time.monotonic(), [*DVC, "repro", *(["--single-item"] if stages else []), *stages]
    quiet = ["--quiet"] if stages else []
    code = subprocess.run([*command, *quiet], env=os.environ | {"PROGRESS_ROW": row}, check=False).returncode
    what = " ".join(stages) or "all the rest"
    if code and quiet:
        subprocess.run([*command, "--dry"], stdout=subprocess.DEVNULL, check=False)
    if code:
        raise StudyError(f"{what} failed; mend what it says above and run the same command again")
    on_stage(what, time.monotonic() - begun)


if __name__ == "__main__":
    run(main)
