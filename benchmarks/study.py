"""Run the study from nothing and write down how long each stage took, and the memory of the largest process.

`python -m benchmarks.study --record` is `make study` with a clock beside it, for a fresh clone on a machine that does
nothing else: stages that are up to date already would make the study look shorter than it is.
"""

import resource
import sys
import time

from benchmarks.measurements import keep, run
from pipeline.config import Params, load_params
from pipeline.core.errors import StudyError
from stages.commands.only_study import only_study
from stages.commands.study import jobs_for, report_stage, run_study
from stages.shared.layout import Layout

FIRST_MODELS = 5
"""How many models, the first of params.yaml, answer the first question of the study."""


def main(layout: Layout, *, record: bool) -> None:
    """Run the study; keep each stage's seconds, and the whole's.

    Raises:
        BusyError: another study is at work in this folder.
        StudyError: some of the study is there already, or a stage failed.
    """
    params, begun = load_params(layout.params), time.monotonic()
    if layout.download(params.dataset).exists():
        raise StudyError(f"{layout.download(params.dataset)} is there already; a study is timed in a fresh clone")
    stages: dict[str, float] = {}
    jobs = jobs_for(params)
    with only_study(layout):
        run_study(layout, jobs, lambda stage, seconds: note(stages, stage, seconds))
    found = {
        "stages": stages,
        "first_models_seconds": first_models_seconds(stages, params, jobs),
        "study_jobs": jobs,
        "study_peak_gigabytes": peak_gigabytes(),
        "study_timing": "Timed alone on a machine without a GPU",
        "study_seconds": round(time.monotonic() - begun, 1),
    }
    keep(layout, found, record=record)


def note(stages: dict[str, float], stage: str, seconds: float) -> None:
    """Print and record how long a stage took."""
    report_stage(stage, seconds)
    stages[stage] = round(seconds, 1)


def peak_gigabytes() -> float:
    """Return the memory of the largest process that has run, in gigabytes; macOS counts in bytes, Linux in KiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit / 1e9, 2)


def first_models_seconds(stages: dict[str, float], params: Params, jobs: int) -> float:
    """Return the seconds that training and scoring the first models would take: those of their stages, over `jobs`."""
    names = list(params.models)[:FIRST_MODELS]
    return round(sum(stages[f"{work}@{name}"] for work in ("train", "score") for name in names) / jobs, 1)


if __name__ == "__main__":
    run(main)
