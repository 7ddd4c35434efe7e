"""`make study`: run the study with the stages of several models side by side; `dvc repro` runs one stage at a time."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from itertools import count, dropwhile
from typing import Any

from ruamel.yaml import YAML

from pipeline.config import Params, load_params
from pipeline.core.errors import ParameterError, StudyError
from pipeline.core.storage import read_text
from stages.shared.command import run
from stages.shared.layout import Layout

OnStage = Callable[[str, float], None]

DVC = ("dvc", "--wait-for-lock")
"""Only one process at a time may read or write DVC's files; without the option, a process gives up after 3 seconds."""


def main(layout: Layout) -> None:
    """Run every stage that is out of date, $JOBS models at a time."""
    run_study(layout, jobs_for(load_params(layout.params)), report_stage)


def jobs_for(params: Params) -> int:
    """Return how many models' stages run side by side: $JOBS, or as many as the processors have threads for.

    Raises:
        ParameterError: $JOBS is not a number above zero.
    """
    asked = os.environ.get("JOBS") or str(max(1, (os.cpu_count() or 1) // params.threads))
    if not (asked.isdecimal() and int(asked)):
        raise ParameterError(f"JOBS = {asked!r} is not a number of models; set it to 1 or more, or unset it")
    return int(asked)


def report_stage(stage: str, seconds: float) -> None:
    """Print how long a stage took."""
    print(f"{stage}: {seconds:.0f} s", flush=True)


def run_study(layout: Layout, jobs: int, on_stage: OnStage) -> None:
    """Bring every stage up to date.

    The stages of one model run one after the other, in a process each. Several models side by side keep all processors
    busy, where the threads of a single process would wait for each other.

    Args:
        layout: where params.yaml names the models, and dvc.yaml their stages.
        jobs: how many models at a time.
        on_stage: called with each stage and its seconds.

    Raises:
        StudyError: a stage failed; its output says why, and finished stages are kept.
    """
    for stage in ("download", "split"):
        _repro([stage], on_stage)
    changed = changed_stages()
    rows = count()
    due = [list(dropwhile(lambda stage: stage not in changed, chain)) for chain in chains(layout)]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda chain: _run_chain(chain, str(next(rows) % jobs), on_stage), filter(None, due)))
    _repro([], on_stage)


def chains(layout: Layout) -> list[list[str]]:
    """Return, for each model, the stages that work on it alone: those under `foreach` in dvc.yaml, in its order."""
    params = load_params(layout.params)
    stages = YAML(typ="safe").load(read_text(layout.dvc_yaml))["stages"]
    models = {name: _models_of(stage["foreach"], params) for name, stage in stages.items() if "foreach" in stage}
    return [[f"{stage}@{model}" for stage, known in models.items() if model in known] for model in params.models]


def _models_of(foreach: str, params: Params) -> Collection[str]:
    """Return the models that an expression such as `${certify.models}` stands for."""
    found: Any = params.model_dump(by_alias=True)
    for key in foreach.strip("${}").split("."):
        found = found[key]
    names: Collection[str] = found
    return names


def changed_stages() -> set[str]:
    """Return the stages whose code, inputs, parameters or outputs are not those of dvc.lock.

    Raises:
        StudyError: `dvc status` failed; its output says why.
    """
    status = subprocess.run([*DVC, "status", "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if status.returncode:
        raise StudyError("dvc status failed; fix what it says above and run the same command again")
    return set(json.loads(status.stdout))


def _run_chain(stages: list[str], row: str, on_stage: OnStage) -> None:
    for stage in stages:
        _repro([stage], on_stage, row)


def _repro(stages: list[str], on_stage: OnStage, row: str = "0") -> None:
    """Bring these stages, or all, up to date.

    With `--quiet`, DVC also hides why it could not start a stage; a dry run afterwards prints that.
    """
    begun = time.monotonic()
    command = [*DVC, "repro", *(["--single-item"] if stages else []), *stages]
    quiet = ["--quiet"] if stages else []
    code = subprocess.run([*command, *quiet], env=os.environ | {"PROGRESS_ROW": row}, check=False).returncode
    what = " ".join(stages) or "all the rest"
    if code and quiet:
        subprocess.run([*command, "--dry"], stdout=subprocess.DEVNULL, check=False)
    if code:
        raise StudyError(f"{what} failed; fix what it says above and run the same command again")
    on_stage(what, time.monotonic() - begun)


if __name__ == "__main__":
    run(main)
