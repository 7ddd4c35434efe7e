"""The rows of one table, shared among the processes that torchrun starts; a process on its own has all of them."""

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
"""Rows that are computed in one go, as nearly as whole blocks allow."""
PATIENCE = timedelta(days=1)
"""How long a worker waits for the others; where one is lost, torchrun ends those that wait for it."""
LOST = "has lost the others; what is finished stays, and the same command goes on with it"


@dataclass(frozen=True)
class Workers:
    """The processes at work on one table: `size` of them, of which this is number `rank`, computing on `device`.

    Tables alone pass between them, through the processors' memory (gloo), whatever the device.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this is the worker that tells how far it is, and writes."""
        return self.rank == 0

    def share(self, rows: int, block: int) -> list[slice]:
        """This worker's pieces of a table, in order; the workers' shares one after the other are the table.

        A piece is a run of whole blocks, and the same run whatever the number of workers: numbers that
        depend on nothing but the piece are the same bits for one worker as for many. No worker has more to do
        than the one that leads.

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
        """The whole table, out of the tables of every worker's pieces.

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
    """This process's place among the workers; the block ends for all of them when the last is at its end.

    Args:
        device: see `prepare`; on CUDA each worker of a machine has a card of its own while there are enough.
        threads: of each worker.

    Raises:
        ParameterError: CUDA is asked for and not there.
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

    After a restart torchrun's store still holds the addresses of the workers before, and to ask for one under
    its old name is to knock at a dead worker's door. So every worker says a word of its own, made for this
    start; the one that leads answers each word with the name; and who has the name says so.

    Args:
        store: all workers', with whatever earlier ones have left in it.
        rank: this worker's number.
        size: how many there are.
        patience: how long the worker that leads waits; the others wait as long as the store lets them.
        pause: seconds between two looks of the worker that leads.

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
    """The card that is this worker's, which rounds no factor of a product to TF32; the processor as it is."""
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
