"""Run the study from nothing and write down how long each stage took, and the memory of the largest process.

`python -m benchmarks.study` is `make study` with a clock beside it, for a fresh clone on a machine that does nothing
else: stages that are up to date already would make the study look shorter than it is.
"""

import resource
import time

from pipeline.config import Params, load_params
from pipeline.core.errors import StudyError
from pipeline.core.storage import read_json, write_json
from stages.commands.study import jobs_for, report_stage, run_study
from stages.shared.command import run
from stages.shared.layout import Layout

SPINE = 5
"""How many models, the first of params.yaml, answer the first question of the study."""


def main(layout: Layout) -> None:
    """Run the study; keep each stage's seconds, and the whole's.

    Raises:
        StudyError: some of the study is there already, or a stage failed.
    """
    params, begun = load_params(layout.params), time.monotonic()
    if layout.download(params.dataset).exists():
        raise StudyError(f"{layout.download(params.dataset)} is there already; a study is timed in a fresh clone")
    stages: dict[str, float] = {}
    jobs = jobs_for(params)
    run_study(layout, jobs, lambda stage, seconds: keep(stages, stage, seconds))
    results = read_json(layout.benchmarks) if layout.benchmarks.exists() else {}
    results |= {
        "stages": stages,
        "spine_seconds": spine_seconds(stages, params, jobs),
        "study_jobs": jobs,
        "study_peak_gigabytes": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9, 2),
        "study_seconds": round(time.monotonic() - begun, 1),
    }
    write_json(layout.benchmarks, results)


def keep(stages: dict[str, float], stage: str, seconds: float) -> None:
    """Say and remember how long a stage took."""
    report_stage(stage, seconds)
    stages[stage] = round(seconds, 1)


def spine_seconds(stages: dict[str, float], params: Params, jobs: int) -> float:
    """Return the seconds that training and scoring the first models would take: those of their stages, over `jobs`."""
    names = list(params.models)[:SPINE]
    return round(sum(stages[f"{work}@{name}"] for work in ("train", "score") for name in names) / jobs, 1)


if __name__ == "__main__":
    run(main)
