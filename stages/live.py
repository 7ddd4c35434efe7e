"""Training as it happens: a line or a bar, and DVCLive's mirror for those who watch it in an editor."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.models.training import Plan, Progress
from stages.progress import progress


@contextlib.contextmanager
def follow_training(name: str, plan: Plan, folder: Path) -> Iterator[Callable[[Progress], None]]:
    """Tell of every epoch; the study's own outputs do not depend on anything done here.

    Args:
        name: of the model.
        plan: how many epochs there are.
        folder: where DVCLive's mirror goes, a folder a model.
    """
    mirror = _Mirror(folder / name)
    with progress(name, plan.epochs, "epochs", lines=plan.epochs) as step:
        seen = 0

        def on_epoch(training: Progress) -> None:
            nonlocal seen
            new = training.history[seen:]
            for row in new:
                mirror.log(row)
            note = f"train {new[-1]['train_elbo']:.2f} validation {new[-1]['validation_elbo']:.2f} nats"
            step(len(new), note)
            seen += len(new)

        yield on_epoch
    mirror.end()


class _Mirror:
    """DVCLive, whose every failure is one warning and never a failed stage."""

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
