"""Resume an interrupted scoring run from the pieces that are already on disk."""

import contextlib
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pipeline.config import ScoreParams
from pipeline.core.errors import DataError
from pipeline.core.rng import Stream
from pipeline.core.tables import read_table, write_table
from pipeline.likelihood.proposals import find
from pipeline.likelihood.score_tables import SCORED
from pipeline.likelihood.scoring import score
from pipeline.likelihood.sharding import Workers
from pipeline.models.build import Autoencoder

Step = Callable[[int], None]
Follow = Callable[[int], contextlib.AbstractContextManager[Step]]


@contextlib.contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """Keep the content of `folder` if the block fails, and remove the folder if the block succeeds."""
    yield folder
    shutil.rmtree(folder, ignore_errors=True)  # other workers may be removing it too


def score_resumably(
    group: Workers,
    folder: Path,
    model: Autoencoder,
    x: np.ndarray,
    y: np.ndarray,
    ids: np.ndarray,
    params: ScoreParams,
    stream: Stream,
    follow: Follow,
) -> pd.DataFrame | None:
    """Score this worker's share of the images piece by piece, and gather the shares of all workers.

    Every piece is written to disk as soon as it is scored, in a folder named by a digest of everything that affects
    its numbers, so that a changed parameter, image or line of code starts anew. Pieces on disk are not scored again.

    Args:
        group: the workers.
        folder: of the pieces.
        model: see `score`.
        x: binary images.
        y: their labels.
        ids: their ids.
        params: see `score`.
        stream: the model's source of random numbers.
        follow: takes the number of images in the share, and yields a function to call with the number just done.

    Returns:
        The table of `score` for all images on rank 0, and None on the other ranks.

    Raises:
        NumericalError: an image's likelihood is not finite.
        StudyError: a worker is lost.
    """
    find(params.proposal)  # imports its code, which is part of the digest
    model = model.to(group.device)
    study = folder / identity(model, [x, y, ids], params, stream(0).bytes(16), group.device.type)
    pieces, tables = group.share(len(x), params.block), []
    images = sum(rows.stop - rows.start for rows in pieces)
    with follow(images) if group.leads else contextlib.nullcontext(_say_nothing) as step:
        for rows in pieces:
            make = partial(score, model, x[rows], y[rows], ids[rows], params, stream, group.device, step)
            tables.append(_piece(study / f"{rows.start:08d}-{rows.stop:08d}.parquet", make, step))
    return group.gather(tables)


def identity(model: Autoencoder, arrays: list[np.ndarray], *decisive: object) -> str:
    """Return twelve hexadecimal digits of all that decides scores: weights, arrays, code, threads, and `decisive`."""
    whole = hashlib.sha256(repr((decisive, torch.get_num_threads(), torch.__version__)).encode())
    for values in [*(tensor.cpu().numpy() for tensor in model.state_dict().values()), *arrays]:
        whole.update(f"{values.shape} {values.dtype}".encode() + values.tobytes())
    for name, module in sorted(sys.modules.items()):
        if name.startswith("pipeline.") and module.__file__:
            whole.update(name.encode() + Path(module.__file__).read_bytes())
    return whole.hexdigest()[:12]


def _piece(path: Path, make: Callable[[], pd.DataFrame], on_found: Step) -> pd.DataFrame:
    """Read the piece at `path`, after making it if the file is missing or damaged."""
    with contextlib.suppress(DataError):
        if path.exists():
            table = read_table(path, SCORED)
            on_found(len(table))
            return table
    write_table(path, make(), SCORED)
    return read_table(path, SCORED)


def _say_nothing(images: int) -> None:
    """Do nothing; only rank 0 reports progress."""
