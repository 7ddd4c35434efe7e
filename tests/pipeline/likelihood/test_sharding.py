from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.core.errors import StudyError
from pipeline.likelihood.sharding import PIECE, Workers, meeting, workers

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _numbers_as_they_were():
    yield
    torch.set_flush_denormal(False)


def shares(rows, block, size):
    return [Workers(rank, size, CPU).share(rows, block) for rank in range(size)]


@pytest.mark.parametrize("size", [1, 2, 3, 8, 100])
@pytest.mark.parametrize("rows", [1, 15, 1024, 1797, 70_000])
@pytest.mark.parametrize("block", [1, 16, 1000, 4096])
def test_the_shares_one_after_the_other_are_the_table(rows, block, size):
    pieces = [piece for share in shares(rows, block, size) for piece in share]
    assert np.array_equal(np.concatenate([np.arange(rows)[piece] for piece in pieces]), np.arange(rows))
    assert all(piece.start % block == 0 for piece in pieces)
    assert all(piece.stop - piece.start <= max(PIECE, block) for piece in pieces)


@pytest.mark.parametrize("size", [2, 3, 8, 100])
def test_pieces_do_not_depend_on_the_number_of_workers(size):
    assert [piece for share in shares(70_000, 16, size) for piece in share] == shares(70_000, 16, 1)[0]


@pytest.mark.parametrize("size", [2, 7, 68, 69, 100])
def test_work_is_even_and_the_worker_that_leads_has_no_less_than_others(size):
    counts = [len(share) for share in shares(70_000, 16, size)]
    assert counts[0] == max(counts)
    assert max(counts) - min(counts) <= 1


def test_a_process_that_torchrun_has_not_started_is_the_only_worker(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with workers("cpu", 1) as group:
        assert group == Workers(0, 1, CPU)
        assert not torch.distributed.is_initialized()
        table = group.gather([pd.DataFrame({"id": [0, 1]}), pd.DataFrame({"id": [2]})])
    assert table["id"].tolist() == [0, 1, 2]
    assert table.index.tolist() == [0, 1, 2]


def test_a_worker_without_torchrun_is_told_what_to_do(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StudyError, match="torchrun"), workers("cpu", 1):
        pass


@pytest.mark.parametrize(("local", "card"), [(0, 0), (1, 1), (2, 0), (3, 1)])
def test_every_worker_of_a_machine_has_a_card_while_there_are_enough(monkeypatch, local, card):
    taken, precision = [], torch.get_float32_matmul_precision()
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.setenv("LOCAL_RANK", str(local))
    monkeypatch.setattr("pipeline.likelihood.sharding.prepare", lambda device, threads: torch.device(device))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", taken.append)
    torch.set_float32_matmul_precision("high")
    try:
        with workers("cuda", 1) as group:
            assert [group.device] == taken == [torch.device("cuda", card)]
            assert torch.get_float32_matmul_precision() == "highest"
    finally:
        torch.set_float32_matmul_precision(precision)


def test_workers_of_every_start_agree_on_a_name_that_no_start_before_had():
    store, names, patience = torch.distributed.HashStore(), [], timedelta(seconds=20)
    store.set_timeout(patience)
    for _ in range(3):
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(lambda rank: meeting(store, rank, 3, patience, pause=0.001), (2, 1, 0)))
        assert len(set(found)) == 1
        names += found[:1]
    assert len(set(names)) == 3


def test_the_first_worker_does_not_wait_for_ever():
    with pytest.raises(RuntimeError, match="not come"):
        meeting(torch.distributed.HashStore(), 0, 2, timedelta(seconds=0.01), pause=0.001)
