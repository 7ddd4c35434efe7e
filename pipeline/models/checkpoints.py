"""Checkpoints from which interrupted training is resumed, and a lock against a second trainer."""

import contextlib
import hashlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import torch
from filelock import FileLock, Timeout
from torch import Tensor

from pipeline.core.errors import BusyError, DataError
from pipeline.core.storage import explain_storage, write_text
from pipeline.core.tensors import fill, read_tensors, write_tensors
from pipeline.data.examples import Examples
from pipeline.models.build import Autoencoder
from pipeline.models.training import Plan, Progress, begin, train

COLUMNS = ("epoch", "learning_rate", "train_elbo", "validation_elbo")
ADAM_STATE = ("step", "exp_avg", "exp_avg_sq")
"""State of Adam for each parameter."""


@dataclass(frozen=True)
class Checkpoint:
    """File with weights, optimiser state and history between two epochs.

    Its name ends in a digest of all that decides the training, so that a changed parameter, image or
    line of code starts anew.
    """

    folder: Path
    name: str
    identity: str

    @property
    def path(self) -> Path:
        """Return the path, unique to the model and to everything that affects its training."""
        return self.folder / f"{self.name}-{self.identity}.safetensors"

    def save(self, model: Autoencoder, progress: Progress) -> None:
        """Write the state of training, all of it or none of it."""
        tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        for index, memory in progress.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in memory.items()}
        rows = [[row[column] for column in COLUMNS] for row in progress.history]
        write_tensors(self.path, tensors | {"history": torch.tensor(rows, dtype=torch.float64)}, {})

    def restore(self, model: Autoencoder, progress: Progress) -> bool:
        """Restore the state of training, if there is a whole checkpoint.

        Returns:
            Whether there was one. A damaged one is removed, and training starts anew.
        """
        if not self.path.exists():
            return False
        state = progress.optimizer.state_dict()
        try:
            tensors = read_tensors(self.path)
            history = [dict(zip(COLUMNS, row, strict=True)) for row in tensors["history"].tolist()]
            for index in (index for group in state["param_groups"] for index in group["params"]):
                state["state"][index] = {part: tensors[f"optimizer.{index}.{part}"] for part in ADAM_STATE}
            fill(model, _below(tensors, "model."), self.path)
        except (DataError, KeyError, TypeError, ValueError):
            self.discard()
            return False
        progress.optimizer.load_state_dict(state)
        progress.history[:] = history
        return True

    def discard(self) -> None:
        """Remove the file, once its training is finished."""
        self.path.unlink(missing_ok=True)


def train_resumably(
    model: Autoencoder,
    examples: Examples,
    validation: Examples,
    plan: Plan,
    checkpoint: Checkpoint,
    on_epoch: Callable[[Progress], None],
) -> pd.DataFrame:
    """Train `model` in place, from the checkpoint if there is one, and write checkpoints on the way.

    Returns:
        The training curve, one row per epoch; the same bits wherever training was interrupted.
    """
    progress = begin(model, plan)
    checkpoint.restore(model, progress)

    def after_epoch(progress: Progress) -> None:
        if len(progress.history) % plan.params.checkpoint_every == 0:
            checkpoint.save(model, progress)
        on_epoch(progress)

    train(model, examples, validation, plan, progress, after_epoch)
    return progress.table()


def identity(model: Autoencoder, examples: Examples, validation: Examples, plan: Plan) -> str:
    """Return twelve hexadecimal digits of all that decides a training: first weights, images, plan and code."""
    whole = hashlib.sha256()
    for tensor in model.state_dict().values():
        whole.update(tensor.cpu().numpy().tobytes())
    for images in (examples, validation):
        whole.update(images.pixels.tobytes() + images.label.tobytes())
    decisive = plan.epochs, plan.batch_size, plan.device, plan.params, torch.get_num_threads(), torch.__version__
    whole.update(repr(decisive).encode())
    for name, module in sorted(sys.modules.items()):
        if name.startswith("pipeline.") and module.__file__:
            whole.update(Path(module.__file__).read_bytes())
    return whole.hexdigest()[:12]


@contextlib.contextmanager
def only_trainer(folder: Path, name: str, wait: float = 5.0) -> Iterator[None]:
    """Keep a second trainer of the model `name` out while the block runs.

    A trainer can outlive the `dvc repro` that started it, so DVC's own lock is not enough.

    Raises:
        BusyError: another process trains this model and goes on doing so for `wait` seconds.
    """
    owner, lock = folder / f"{name}.pid", FileLock(folder / f"{name}.lock")
    with explain_storage(folder, "lock"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:
            pid = owner.read_text(encoding="utf-8").strip() if owner.exists() else "unknown"
            what_to_do = "wait for it, or stop it, and run this again"
            raise BusyError(f"{name} is being trained by process {pid}; {what_to_do}") from error
    try:
        write_text(owner, f"{os.getpid()}\n")
        yield
    finally:
        lock.release()


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
