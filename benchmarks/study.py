"""Run the study and write down how long each stage took, and the memory of the largest process.

`python -m benchmarks.study` is `make study` with a clock beside it; what was up to date already is not timed.
"""

import resource
import time
from typing import Any

from pipeline.config import load_params
from pipeline.storage import read_json, write_json
from stages.command import run
from stages.layout import Layout
from stages.study import jobs_for, run_study, tell

UP_TO_DATE = 10.0
"""Seconds in which DVC finds that there is nothing to do."""


def main(layout: Layout) -> None:
    """Run the study; keep each stage's seconds, and the whole's."""
    params, begun = load_params(layout.params), time.monotonic()
    seconds: dict[str, float] = {}
    jobs = jobs_for(params)
    run_study(params, jobs, lambda stage, taken: keep(seconds, stage, taken))
    results: dict[str, Any] = read_json(layout.benchmarks) if layout.benchmarks.exists() else {}
    results.setdefault("stages", {}).update({stage: taken for stage, taken in seconds.items() if taken > UP_TO_DATE})
    results["study_jobs"], results["study_seconds"] = jobs, round(time.monotonic() - begun, 1)
    results["study_alone"] = True
    results["study_peak_gigabytes"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9, 2)
    write_json(layout.benchmarks, results)


def keep(seconds: dict[str, float], stage: str, taken: float) -> None:
    """Say and remember how long a stage took."""
    tell(stage, taken)
    seconds[stage] = round(taken, 1)


if __name__ == "__main__":
    run(main)
