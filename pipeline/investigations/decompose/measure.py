"""Decompose the log likelihood of test images under one model."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pandas as pd
import torch

from pipeline.config import DecomposeParams, Params
from pipeline.core.rng import Stream
from pipeline.data.images import Images
from pipeline.data.sampled_images import choose
from pipeline.investigations.decompose.draws import measure_draws
from pipeline.investigations.decompose.estimates import estimates, tabulate
from pipeline.investigations.decompose.gradients import measure_gradients
from pipeline.investigations.decompose.redraws import score_redraws
from pipeline.investigations.decompose.work import count_operations, gradient_estimates
from pipeline.models.build import Autoencoder


def measure(
    model: Autoencoder,
    images: Images,
    split: pd.DataFrame,
    scores: pd.DataFrame,
    others: Mapping[str, pd.DataFrame],
    params: Params,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> dict[str, pd.DataFrame]:
    """Compute the averages by number of draws, the gradient's noise, the redraws, and the estimates.

    Args:
        model: trained on stochastically binarised images.
        images: all images.
        split: subset and position on the principal axes of every image.
        scores: of the model.
        others: scores of the models with which the order of images is compared, by name.
        params: the study's.
        stream: makes the generators of the model, by purpose.
        device: of the model.
        on_images: is called with the number of binarisations just scored.

    Returns:
        The tables of `pipeline.investigations.decompose.tables.SCHEMAS`, by name.
    """
    settings = params.decompose
    x = images.binary_stochastic
    some, again, learnt = _samples(split, settings, stream)
    draws = measure_draws(model, x[some["id"]], some, settings, partial(stream, "draws"), device)
    gradients = measure_gradients(model, x[learnt["id"]], learnt, settings, partial(stream, "gradients"), device)
    grey, source = images.grey[again["id"]], partial(stream, "redraws")
    redraws = score_redraws(model, grey, again, settings.redraws, params.score, source, device, on_images)
    bootstrap, intervals = partial(stream, "bootstrap"), params.intervals
    control = next((name for name in others if params.models[name].binarization == "threshold"), None)
    rows = [
        *estimates(scores, redraws, others, control, images.grey, split, intervals, bootstrap),
        *gradient_estimates(gradients, count_operations(model, x.shape[1], device), intervals, bootstrap("gradients")),
    ]
    return {"draws": draws, "gradients": gradients, "redraws": redraws, "estimates": tabulate(rows)}


def _samples(split: pd.DataFrame, params: DecomposeParams, stream: Stream) -> Iterator[pd.DataFrame]:
    """Yield the images of the encoder's draws, those that are binarised again, and those of the gradients."""
    test, train = split[split["subset"] == "test"], split[split["subset"] == "train"]
    yield choose(test, params.images, partial(stream, "draws"))
    yield choose(test, params.redrawn, partial(stream, "redraws"))
    yield choose(train, params.gradient_images, partial(stream, "gradients"))
