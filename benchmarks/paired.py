"""Time this version of the library and an older one in turn, as in `python -m benchmarks.paired bf1f9d6`.

Times are of the processor, on one thread. Other work on the machine lengthens them, and two neighbouring turns alike,
so what counts is the median of their ratios. Training takes made-up images; scoring takes the study's models and
images, and is left out where the study has not been run.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.measurements import keep, run
from benchmarks.speed import print_table
from pipeline.config import load_params
from pipeline.core.errors import ParameterError, StudyError
from stages.shared.layout import Layout

EPOCHS, SCORINGS = 15, 5
"""Turns of each version that count; the one before them does not."""


def main(commit: str, layout: Layout, *, record: bool) -> None:
    """Time, keep the seconds and the ratios, and print the table."""
    roles = load_params(layout.params).roles
    found: dict[str, object] = {"paired_with": commit}
    with worktree(commit) as old:
        versions = (old, Path.cwd())
        found |= compared("train_epoch", in_turn(versions, ["train"], EPOCHS))
        for role in ("small", "middle", "large"):
            name: str = getattr(roles, role)
            files = (layout.weights(name), layout.images)
            if all(file.exists() for file in files):
                words = ["score", role, *(str(file.resolve()) for file in files)]
                found |= compared(f"score_1000_{name}", in_turn(versions, words, SCORINGS))
    print_table(keep(layout, found, record=record), roles)


@contextlib.contextmanager
def worktree(commit: str) -> Iterator[Path]:
    """Keep a commit checked out in a temporary folder while the block runs.

    Raises:
        ParameterError: Git has no such commit.
    """
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "old"
        added = subprocess.run(
            ["git", "worktree", "add", "--detach", tree, commit], capture_output=True, text=True, check=False
        )
        if added.returncode:
            raise ParameterError(f"{commit}: {added.stderr.strip()}; name a commit of this project")
        try:
            yield tree
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", tree], check=True)


def in_turn(versions: Sequence[Path], words: Sequence[str], turns: int) -> np.ndarray:
    """Return the seconds of each turn, a column for each version; which goes first alternates."""
    seconds = np.empty((turns + 1, len(versions)))
    with contextlib.ExitStack() as stack:
        asks = [stack.enter_context(worker(version, words)) for version in versions]
        for turn in range(turns + 1):
            for place in range(len(asks))[:: 1 if turn % 2 else -1]:
                seconds[turn, place] = asks[place]()
    return seconds[1:]


@contextlib.contextmanager
def worker(version: Path, words: Sequence[str]) -> Iterator[Callable[[], float]]:
    """Start `turns.py` with one version of the library, and give a function that orders a turn and returns its seconds.

    Raises:
        StudyError: it failed; its message is above.
    """
    command = [sys.executable, "-P", str(Path(__file__).with_name("turns.py")), *words]
    where = {**os.environ, "PYTHONPATH": str(version)}
    failure = StudyError(f"{version}: turns.py {' '.join(words)} failed; its message is above")
    with subprocess.Popen(
        command, cwd=version, env=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        orders, answers = process.stdin, process.stdout
        assert orders is not None
        assert answers is not None

        def answer() -> float:
            line = answers.readline()
            if not line:
                raise failure
            return float(line)

        def ask() -> float:
            print(file=orders, flush=True)
            return answer()

        answer()
        yield ask
        orders.close()
    if process.returncode:
        raise failure


def compared(what: str, seconds: np.ndarray) -> dict[str, object]:
    """Return the median seconds of both versions, the ratios of new to old, and their median."""
    ratios = seconds[:, 1] / seconds[:, 0]
    old, new = np.median(seconds, axis=0)
    return {
        f"{what}_old_seconds": round(old, 2),
        f"{what}_new_seconds": round(new, 2),
        f"{what}_ratios": [round(ratio, 3) for ratio in sorted(ratios)],
        f"{what}_ratio": round(float(np.median(ratios)), 3),
    }


if __name__ == "__main__":
    run(main, "COMMIT")
