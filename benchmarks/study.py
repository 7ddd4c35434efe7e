"""Run the study and write down how long each stage took, and the memory of the largest.

`python -m benchmarks.study` is `dvc repro` with a clock beside it; stages that are up to date are not timed.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

RESULTS = Path("benchmarks/results.json")
RUNNING = "Running stage '"


def main() -> int:
    """Run `dvc repro`, pass its words on, and keep each stage's seconds."""
    seconds: dict[str, float] = {}
    stage, begun, start = "", time.monotonic(), time.monotonic()
    with subprocess.Popen(["dvc", "repro", *sys.argv[1:]], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if line.startswith(RUNNING):
                if stage:
                    seconds[stage] = round(time.monotonic() - begun, 1)
                stage, begun = line.removeprefix(RUNNING).partition("'")[0], time.monotonic()
    if stage:
        seconds[stage] = round(time.monotonic() - begun, 1)
    if process.returncode == 0 and seconds:
        keep(seconds, time.monotonic() - start)
    return process.returncode


def keep(seconds: dict[str, float], total: float) -> None:
    """Add what was timed to the results, which keep what was not."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results.setdefault("stages", {}).update(seconds)
    results["study_seconds"] = round(total, 1)
    results["study_peak_gigabytes"] = round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9, 2)
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
