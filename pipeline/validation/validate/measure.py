"""What every method says of a few images of a model."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import UInt8
from torch import Tensor

from pipeline.config import AccuracyParams, ScoreParams
from pipeline.core.streams import Numbers
from pipeline.data.sampled_images import Stream, choose
from pipeline.data.subsets import TAILS
from pipeline.likelihood.diagnostics import pareto_k
from pipeline.likelihood.estimate import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.reductions import log_marginal, standard_error
from pipeline.likelihood.scoring import prior_points
from pipeline.models.density import LabelledModel
from pipeline.validation.validate.methods import curves
from pipeline.validation.validate.reference import reference
from pipeline.validation.validate.tables import ESTIMATED, REFERENCE, STUDY

BLOCK = 10


def sample(scores: pd.DataFrame, params: AccuracyParams, stream: Stream) -> pd.DataFrame:
    """Draw the images that the methods are compared on, the same for every model: of `test` and of each tail."""
    test, tails = scores[scores["set"] == "test"], scores[scores["set"].isin(TAILS)]
    chosen = [choose(test, params.test, stream), choose(tails, params.tail, stream)]
    return pd.concat(chosen).sort_values("id", ignore_index=True)


def measure(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    chosen: pd.DataFrame,
    score: ScoreParams,
    params: AccuracyParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """Ask every method for the likelihood of the same images.

    Args:
        model: with `given(y)`.
        x: binary images.
        chosen: their rows of the model's scores.
        score: the study's effort.
        params: the effort of the reference, and the numbers of draws that are compared.
        stream: a source of random numbers that the scores have no part in.
        device: where the model is.
        on_images: is called with the number of images just done.

    Returns:
        One row an image, method and number of draws, as in `ESTIMATED`.
    """
    ids, y, found = chosen["id"].to_numpy(), chosen["digit"].to_numpy(np.int64), [_scored(chosen)]
    with torch.inference_mode():
        screens = [Screen(model, prior_points(model, score.points, partial(stream, of), device)) for of in "ab"]
        for first in range(0, len(x), BLOCK):
            rows = slice(first, first + BLOCK)
            numbers = Numbers([partial(stream, int(one)) for one in ids[rows]], device)
            pixels = torch.from_numpy(x[rows]).to(device).float()
            images = Images(model, pixels, torch.from_numpy(y[rows]).to(device), numbers)
            for curve in curves(images, screens[0], score, params):
                for draws in curve.draws:
                    found.append(_told(ids[rows], curve.method, curve.log_w[:draws], curve.before + draws))
            for row in range(len(images.x)):
                one = images.only(torch.arange(len(images.x), device=device) == row)
                best = reference(one, screens[1], params)
                passes = torch.tensor([best.passes])
                found.append(_told(ids[rows][row : row + 1], REFERENCE, best.log_w, passes))
            on_images(len(images.x))
    table = pd.concat(found, ignore_index=True).merge(chosen[["id", "set"]], left_on="image", right_on="id")
    return pd.DataFrame(table[ESTIMATED.names])


def _told(ids: np.ndarray, method: str, log_w: Tensor, passes: Tensor) -> pd.DataFrame:
    values = {"log_likelihood": log_marginal, "standard_error": standard_error, "pareto_k": pareto_k}
    columns = {name: reduce(log_w).cpu().numpy() for name, reduce in values.items()}
    return pd.DataFrame(columns).assign(
        image=ids, method=method, draws=np.int32(len(log_w)), passes=passes.cpu().double().numpy()
    )


def _scored(chosen: pd.DataFrame) -> pd.DataFrame:
    columns = ["id", "draws", "passes", "log_likelihood", "standard_error", "pareto_k"]
    return chosen[columns].astype({"passes": np.float64}).rename(columns={"id": "image"}).assign(method=STUDY)
