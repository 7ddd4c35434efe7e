"""Scores in the making: finished pieces on disk, to go on from after a fault."""

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
from pipeline.core.tables import read_table, write_table
from pipeline.likelihood.score_tables import SCORED
from pipeline.likelihood.scoring import Stream, score
from pipeline.likelihood.sharding import Workers
from pipeline.models.build import Autoencoder

Step = Callable[[int], None]
Follow = Callable[[int], contextlib.AbstractContextManager[Step]]


@contextlib.contextmanager
def kept_until_done(folder: Path) -> Iterator[Path]:
    """Keep what is put into `folder` if the block fails, and remove it if the block succeeds."""
    yield folder
    shutil.rmtree(folder, ignore_errors=True)  # other workers may be at it


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
    """Score this worker's share of the images, a piece at a time, and gather the shares of all workers.

    Every piece goes to disk as soon as it is scored, below a digest of all that decides its numbers, so that a
    changed parameter, image or line of code starts anew. What is there already is not scored again.

    Args:
        group: the workers.
        folder: of the pieces.
        model: see `score`.
        x: binary images.
        y: their digits.
        ids: their ids.
        params: see `score`.
        stream: the model's source of random numbers.
        follow: from the number of images in the share, what is to be called with the images just done.

    Returns:
        For the worker that leads what `score` gives of all images, for the others nothing.

    Raises:
        NumericalError: an image's likelihood is not finite.
        StudyError: a worker is lost.
    """
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
    """Twelve hexadecimal digits of all that decides scores: weights, arrays, code, threads, and what else is given."""
    whole = hashlib.sha256(repr((decisive, torch.get_num_threads(), torch.__version__)).encode())
    for values in [*(tensor.cpu().numpy() for tensor in model.state_dict().values()), *arrays]:
        whole.update(f"{values.shape} {values.dtype}".encode() + values.tobytes())
    for name, module in sorted(sys.modules.items()):
        if name.startswith("pipeline.") and module.__file__:
            whole.update(name.encode() + Path(module.__file__).read_bytes())
    return whole.hexdigest()[:12]


def _piece(path: Path, make: Callable[[], pd.DataFrame], on_found: Step) -> pd.DataFrame:
    """What stands at `path`, made first if there is nothing whole."""
    with contextlib.suppress(DataError):
        if path.exists():
            table = read_table(path, SCORED)
            on_found(len(table))
            return table
    write_table(path, make(), SCORED)
    return read_table(path, SCORED)


def _say_nothing(images: int) -> None:
    """Leave it to the worker that leads to tell how far it is."""
