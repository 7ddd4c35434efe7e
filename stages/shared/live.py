"""Progress of training: a line or a bar, and a mirror of the curve in DVCLive's format.

The curve among a stage's outputs is written when training ends; `dvc plots show dvclive/MODEL/plots/metrics` draws the
mirror at any time. Editors that plot what dvc.yaml declares do not show it, since dvc.yaml stays as it is.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.models.training import Plan, Progress
from stages.shared.progress import progress


@contextlib.contextmanager
def follow_training(name: str, plan: Plan, folder: Path) -> Iterator[Callable[[Progress], None]]:
    """Yield a function that reports each finished epoch; no output of the study depends on it.

    Args:
        name: the model's name.
        plan: has the number of epochs.
        folder: where DVCLive writes, in one folder per model.
    """
    mirror = _Mirror(folder / name)
    with progress(name, plan.epochs, "epochs", lines=plan.epochs) as step:
        seen = 0

        def on_epoch(training: Progress) -> None:
            nonlocal seen
            new = training.history[seen:]
            for row in new:
                mirror.log(row)
            train, validation = (new[-1][f"{part}_elbo"] for part in ("train", "validation"))
            step(len(new), f"ELBO in nats: train {train:.2f}, validation {validation:.2f}")
            seen += len(new)

        yield on_epoch
    mirror.end()


class _Mirror:
    """DVCLive; each of its failures is one warning and never fails the stage."""

    def __init__(self, folder: Path) -> None:
        self.live: Any = None
        with self._only_warn():
            from dvclive.live import Live  # noqa: PLC0415 (a second of import, and it may be missing)

            self.live = Live(dir=str(folder), save_dvc_exp=False, dvcyaml=None, report=None)

    def log(self, row: dict[str, float]) -> None:
        with self._only_warn():
            if self.live:
                for key in ("learning_rate", "train_elbo", "validation_elbo"):
                    self.live.log_metric(key, row[key])
                self.live.next_step()

    def end(self) -> None:
        with self._only_warn():
            if self.live:
                self.live.end()

    @contextlib.contextmanager
    def _only_warn(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.live = None
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            print(f"no live mirror of the training curve: {reason}", file=sys.stderr)
