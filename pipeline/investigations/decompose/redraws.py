"""Likelihoods of new binarisations of the same grey images."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import UInt8

from pipeline.config import ScoreParams
from pipeline.core.rng import Stream
from pipeline.investigations.decompose.binarisation import redraw
from pipeline.investigations.decompose.tables import REDRAWS
from pipeline.likelihood.scoring import score
from pipeline.models.density import LabelledModel


def score_redraws(
    model: LabelledModel,
    grey: UInt8[np.ndarray, "n pixels"],
    chosen: pd.DataFrame,
    redraws: int,
    params: ScoreParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """Draw new binarisations of each image and score them.

    Args:
        model: has `given(y)`.
        grey: the grey images.
        chosen: id and label of each image.
        redraws: number of binarisations of each image.
        params: effort of one likelihood, as in the study's scores.
        stream: makes a generator, by purpose and image.
        device: of the model.
        on_images: is called with the number of binarisations just scored.

    Returns:
        One row per image and binarisation, as in `REDRAWS`.
    """
    ids, label = (np.repeat(chosen[name].to_numpy(), redraws) for name in ("id", "label"))
    again = np.tile(np.arange(redraws, dtype=np.int32), len(chosen))
    drawn = [redraw(one, redraws, stream("coins", int(name))) for one, name in zip(grey, chosen["id"], strict=True)]
    x = np.concatenate(drawn)
    # Each binarisation is scored as an image of its own, with random numbers of its own.
    keys = (ids * redraws + again).astype(np.int32)
    table = score(model, x, label.astype(np.uint8), keys, params, partial(stream, "score"), device, on_images)
    return pd.DataFrame(table.assign(id=ids.astype(np.int32), redraw=again)[REDRAWS.names])
