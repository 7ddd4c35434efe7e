from contextlib import nullcontext
from functools import partial

import numpy as np
import pandas as pd
import pytest
import torch

from pipeline.core.rng import stream
from pipeline.likelihood import resume as unfinished
from pipeline.likelihood.resume import score_resumably, scratch_folder
from pipeline.likelihood.sharding import Workers
from tests.support.densities import small_vae
from tests.support.parameters import PARAMS as STUDY

PARAMS = STUDY.score
ONE = Workers(0, 1, torch.device("cpu"))
IMAGES = 2500
"""Three pieces of 1024 and fewer."""


@pytest.fixture
def scored(monkeypatch):
    """The first image of every piece that was scored, by a stand-in for scoring."""
    begun = []

    def score(model, x, y, ids, params, stream, device, on_images):
        begun.append(int(ids[0]))
        on_images(len(ids))
        columns = {name: x.mean(1) for name in ("elbo", "log_likelihood", "standard_error", "ess", "pareto_k")}
        return pd.DataFrame(columns | {"id": ids, "draws": np.int32(64), "passes": np.float32(1 / 3)})

    monkeypatch.setattr(unfinished, "score", score)
    return begun


def study(folder, seen=None, **changes):
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 2, (IMAGES, 6), dtype=np.uint8), rng.integers(0, 10, IMAGES, dtype=np.uint8)
    of = {"model": small_vae(pixels=6), "x": x, "y": y, "ids": np.arange(IMAGES, dtype=np.int32)} | {
        "params": PARAMS,
        "stream": partial(stream, 0, "score", "vae"),
        "follow": lambda images: nullcontext((seen if seen is not None else []).append),
        "group": ONE,
    }
    return score_resumably(folder=folder, **(of | changes))


def pieces(folder):
    return sorted(folder.rglob("*.parquet"))


def other_image():
    x = np.random.default_rng(0).integers(0, 2, (IMAGES, 6), dtype=np.uint8)
    x[-1, -1] ^= 1
    return x


def test_a_piece_that_is_there_is_not_scored_again(scored, tmp_path):
    table = study(tmp_path)
    assert scored == [0, 1024, 2048]
    pieces(tmp_path)[1].unlink()
    pd.testing.assert_frame_equal(study(tmp_path), table)
    assert scored == [0, 1024, 2048, 1024]


def test_progress_counts_every_image_once_whether_found_or_scored(scored, tmp_path):
    study(tmp_path)
    pieces(tmp_path)[0].unlink()
    seen = []
    study(tmp_path, seen)
    assert seen == [1024, 1024, IMAGES - 2048]


def test_a_broken_piece_is_scored_again(scored, tmp_path):
    table = study(tmp_path)
    pieces(tmp_path)[2].write_bytes(pieces(tmp_path)[2].read_bytes()[:-9])
    pd.testing.assert_frame_equal(study(tmp_path), table)
    assert scored[3:] == [2048]


@pytest.mark.parametrize(
    "change",
    [
        {"model": small_vae(pixels=6, seed=1)},
        {"x": other_image()},
        {"y": np.zeros(IMAGES, np.uint8)},
        {"ids": np.arange(1, IMAGES + 1, dtype=np.int32)},
        {"params": PARAMS.model_copy(update={"draws": 999})},
        {"stream": partial(stream, 1, "score", "vae")},
        {"stream": partial(stream, 0, "score", "vae-2")},
    ],
    ids=["weights", "image", "digits", "ids", "params", "seed", "name"],
)
def test_pieces_of_another_study_are_not_picked_up(scored, tmp_path, change):
    study(tmp_path)
    study(tmp_path, **change)
    assert len(scored) == 6
    assert len(pieces(tmp_path)) == 6


def test_another_number_of_workers_goes_on_with_the_same_pieces(scored, tmp_path):
    study(tmp_path)
    pieces(tmp_path)[2].unlink()

    class Lost(Workers):
        def gather(self, tables):
            return pd.concat(tables)

    seen = []
    for rank in range(2):
        study(tmp_path, seen, group=Lost(rank, 2, ONE.device))
    assert scored[3:] == [2048]
    assert seen == [1024, 1024]


def test_pieces_outlive_a_fault_and_go_with_success(tmp_path):
    folder = tmp_path / "vae"
    folder.mkdir()
    with pytest.raises(KeyError), scratch_folder(folder):
        raise KeyError
    assert folder.exists()
    with scratch_folder(folder) as same:
        assert same == folder
    assert not folder.exists()
