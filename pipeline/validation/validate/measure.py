"""Estimates of the log likelihood of a few images of a model by every proposal and by the reference."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import UInt8
from torch import Tensor

from pipeline.config import ScoreParams, ValidateParams
from pipeline.core.rng import Stream
from pipeline.core.streams import StreamFactory
from pipeline.data.sampled_images import choose
from pipeline.data.subsets import TAILS
from pipeline.likelihood.diagnostics import pareto_k
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.reductions import log_marginal, standard_error
from pipeline.likelihood.scoring import prior_points
from pipeline.models.density import LabelledModel
from pipeline.validation.validate.methods import curves
from pipeline.validation.validate.reference import reference
from pipeline.validation.validate.tables import METHOD_ESTIMATES, REFERENCE, STUDY

BLOCK = 10


def sample(scores: pd.DataFrame, params: ValidateParams, stream: Stream) -> pd.DataFrame:
    """Draw the images that the methods are compared on, the same for every model: of `test` and of each tail."""
    test, tails = scores[scores["subset"] == "test"], scores[scores["subset"].isin(TAILS)]
    chosen = [choose(test, params.test, stream), choose(tails, params.tail, stream)]
    return pd.concat(chosen).sort_values("id", ignore_index=True)


def measure(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    chosen: pd.DataFrame,
    score: ScoreParams,
    params: ValidateParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """Estimate the log likelihood of the same images by every method.

    Args:
        model: with `given(y)`.
        x: binary images.
        chosen: their rows of the model's scores.
        score: the study's effort.
        params: the effort of the reference, and the proposals and numbers of draws that are compared.
        stream: a source of random numbers that the scores do not use.
        device: where the model is.
        on_images: is called with the number of images just done.

    Returns:
        One row per image, method and number of draws, as in `METHOD_ESTIMATES`.
    """
    ids = chosen["id"].to_numpy()
    y = chosen["label"].to_numpy(np.int64)
    found = [_scored(chosen)]
    with torch.inference_mode():
        screens = [Screen(model, prior_points(model, score, partial(stream, of), device)) for of in "ab"]
        for first in range(0, len(x), BLOCK):
            rows = slice(first, first + BLOCK)
            streams = StreamFactory([partial(stream, int(one)) for one in ids[rows]], device)
            pixels = torch.from_numpy(x[rows]).to(device).float()
            images = Images(model, pixels, torch.from_numpy(y[rows]).to(device), streams)
            for curve in curves(images, screens[0], score, params):
                for draws in curve.draws:
                    found.append(_row_per_image(ids[rows], curve.method, curve.log_w[:draws], curve.before + draws))
            for row in range(len(images.x)):
                one = images.select(torch.arange(len(images.x), device=device) == row)
                best = reference(one, screens[1], params)
                passes = torch.tensor([best.passes])
                found.append(_row_per_image(ids[rows][row : row + 1], REFERENCE, best.log_w, passes))
            on_images(len(images.x))
    table = pd.concat(found, ignore_index=True).merge(chosen[["id", "subset"]], on="id")
    return pd.DataFrame(table[METHOD_ESTIMATES.names])


def _row_per_image(ids: np.ndarray, method: str, log_w: Tensor, passes: Tensor) -> pd.DataFrame:
    values = {"log_likelihood": log_marginal, "standard_error": standard_error, "pareto_k": pareto_k}
    columns = {name: reduce(log_w).cpu().numpy() for name, reduce in values.items()}
    return pd.DataFrame(columns).assign(
        id=ids, method=method, draws=np.int32(len(log_w)), passes=passes.cpu().double().numpy()
    )


def _scored(chosen: pd.DataFrame) -> pd.DataFrame:
    columns = ["id", "draws", "passes", "log_likelihood", "standard_error", "pareto_k"]
    return chosen[columns].astype({"passes": np.float64}).assign(method=STUDY)
