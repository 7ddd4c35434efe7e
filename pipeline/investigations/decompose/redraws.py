"""The likelihood of the same grey images, their coins flipped anew."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import UInt8

from pipeline.config import ScoreParams
from pipeline.investigations.decompose.binarization import luck, redraw
from pipeline.investigations.decompose.tables import REDRAWS
from pipeline.likelihood.scoring import Stream, score
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
    """Score each image on so many new binarizations.

    Args:
        model: with `given(y)`.
        grey: the images.
        chosen: their ids and digits, row by row.
        redraws: of each image.
        params: the effort that goes into one likelihood, as in the study's scores.
        stream: a source of random numbers.
        device: where the model is.
        on_images: is called with the number of binarizations just scored.

    Returns:
        One row an image and redraw, as in `REDRAWS`.
    """
    ids, digit = (np.repeat(chosen[name].to_numpy(), redraws) for name in ("id", "digit"))
    again = np.tile(np.arange(redraws, dtype=np.int32), len(chosen))
    drawn = [redraw(one, redraws, stream("coins", int(name))) for one, name in zip(grey, chosen["id"], strict=True)]
    x = np.concatenate(drawn)
    places = (ids * redraws + again).astype(np.int32)
    source = partial(stream, "score")
    table = score(model, x, digit.astype(np.uint8), places, params, source, device, on_images)
    lucky = luck(np.repeat(grey, redraws, axis=0), x)
    return pd.DataFrame(table.assign(image=ids.astype(np.int32), redraw=again, luck=lucky)[REDRAWS.names])
