"""Share the rows of one table among the processes that torchrun starts; a single process has all of them."""

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
import torch
import torch.distributed as dist
from torch.distributed.distributed_c10d import PrefixStore, Store
from torch.distributed.rendezvous import rendezvous

from pipeline.core.device import prepare
from pipeline.core.errors import StudyError

PIECE = 1024
"""Rows per piece, as nearly as whole blocks allow."""
PATIENCE = timedelta(days=1)
"""Longest wait of a worker for the others; where one is lost, torchrun ends those that wait for it."""
LOST = "has lost the others; finished pieces are kept, and the same command resumes from them"


@dataclass(frozen=True)
class Workers:
    """Processes that work on one table: `size` of them, of which this is number `rank`, computing on `device`.

    They exchange tables alone, through CPU memory (gloo), whatever the device.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Return whether this is rank 0, the worker that reports progress and writes."""
        return self.rank == 0

    def share(self, rows: int, block: int) -> list[slice]:
        """Return this worker's pieces of a table, in order; the shares of all workers together are the table.

        A piece is a run of whole blocks, the same whatever the number of workers, so that one worker and many
        compute the same bits. No worker has more rows
        than rank 0.

        Args:
            rows: of the table.
            block: rows that are computed together.

        Returns:
            Runs of rows; none for the last workers, if there are more of them than pieces.
        """
        step = block * max(1, PIECE // block)
        pieces = [slice(first, min(first + step, rows)) for first in range(0, rows, step)]
        first, last = (-(-len(pieces) * rank // self.size) for rank in (self.rank, self.rank + 1))
        return pieces[first:last]

    def gather(self, tables: list[pd.DataFrame]) -> pd.DataFrame | None:
        """Return the whole table, out of the tables of every worker's pieces.

        Returns:
            The table for the worker that leads, nothing for the others.

        Raises:
            StudyError: a worker is lost.
        """
        shares: list[list[pd.DataFrame]] | None = [tables] * self.size if self.leads else None
        if self.size > 1:
            with _explained(LOST):
                dist.gather_object(tables, shares)
        return None if shares is None else pd.concat([table for share in shares for table in share], ignore_index=True)


@contextlib.contextmanager
def workers(device: str, threads: int) -> Iterator[Workers]:
    """Yield this process's place among the workers; the block ends for all of them when the last one finishes.

    Args:
        device: see `prepare`; on CUDA each worker of a machine has a card of its own while there are enough.
        threads: of each worker.

    Raises:
        ParameterError: CUDA was requested but is not available.
        StudyError: a worker is lost, or it was not torchrun that set WORLD_SIZE.
    """
    where = _card(prepare(device, threads))
    if os.environ.get("WORLD_SIZE", "1") == "1":
        yield Workers(0, 1, where)
        return
    with _explained("does not find the others; start them with `torchrun`, or unset WORLD_SIZE to do without"):
        store, rank, size = next(rendezvous("env://", timeout=PATIENCE))
        store = PrefixStore(meeting(store, rank, size), store)
        dist.init_process_group("gloo", store=store, rank=rank, world_size=size, timeout=PATIENCE)
    try:
        yield Workers(rank, size, where)
        with _explained(LOST):
            dist.barrier()
    finally:
        dist.destroy_process_group()


def meeting(store: Store, rank: int, size: int, patience: timedelta = PATIENCE, pause: float = 0.05) -> str:
    """Agree with the other workers on a name for this start, which no earlier start has had.

    After a restart torchrun's store still holds the addresses of the earlier workers, which no longer exist. So every
    other worker posts a random word made for this start, rank 0 answers each word with the new name, and the worker
    confirms that it has it.

    Args:
        store: shared by all workers, with entries of earlier starts.
        rank: this worker's number.
        size: the number of workers.
        patience: longest wait of rank 0; the others wait as long as the store allows.
        pause: seconds between two looks of rank 0.

    Raises:
        RuntimeError: the others have not come in time.
    """
    if rank:
        word = uuid.uuid4().hex
        store.set(f"word {rank}", word)
        name: str = store.get(f"name for {word}").decode()
        store.set(f"{rank} has {name}", "")
        return name
    name, others, end = uuid.uuid4().hex, range(1, size), time.monotonic() + patience.total_seconds()
    while not store.check([f"{other} has {name}" for other in others]):
        if time.monotonic() > end:
            raise RuntimeError("the others have not come")
        for other in others:
            if store.check([f"word {other}"]):
                store.set(f"name for {store.get(f'word {other}').decode()}", name)
        time.sleep(pause)
    return name


def _card(device: torch.device) -> torch.device:
    """Return this worker's GPU, set to multiply without rounding factors to TF32; or the CPU, unchanged."""
    if device.type != "cuda":
        return device
    torch.set_float32_matmul_precision("highest")
    card = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")) % torch.cuda.device_count())
    torch.cuda.set_device(card)
    return card


@contextlib.contextmanager
def _explained(fault: str) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise StudyError(f"worker {os.environ.get('RANK', '?')} {fault}") from error
