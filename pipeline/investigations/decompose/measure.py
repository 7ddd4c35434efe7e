"""Everything that is measured of what makes an image likely."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import pandas as pd
import torch

from pipeline.config import AnatomyParams, Params
from pipeline.data.images import Images
from pipeline.data.sampled_images import Stream, choose
from pipeline.investigations.decompose.draws import measure_draws
from pipeline.investigations.decompose.estimates import estimate
from pipeline.investigations.decompose.gradients import measure_gradients
from pipeline.investigations.decompose.redraws import score_redraws
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
    """Take the likelihood of test images under one model apart.

    Args:
        model: trained, of images whose coins are flipped.
        images: all of them.
        split: every image's set and position.
        scores: of the model.
        others: scores of the models with which the order of images is compared.
        params: the study's.
        stream: the model's source of random numbers.
        device: where the model is.
        on_images: is called with the number of binarizations just scored.

    Returns:
        The tables of `pipeline.investigations.decompose.tables.SCHEMAS`, by name.
    """
    settings, x = params.anatomy, images.binary_bernoulli
    some, again, learnt = _samples(split, settings, stream)
    draws = measure_draws(model, x[some["id"]], some, settings, partial(stream, "draws"), device)
    gradients = measure_gradients(model, x[learnt["id"]], learnt, settings, partial(stream, "gradients"), device)
    grey, source = images.grey[again["id"]], partial(stream, "redraws")
    redraws = score_redraws(model, grey, again, settings.redraws, params.score, source, device, on_images)
    bootstrap = partial(stream, "bootstrap")
    estimates = estimate(scores, redraws, others, images.grey, split, params.compare, bootstrap)
    return {"draws": draws, "gradients": gradients, "redraws": redraws, "estimates": estimates}


def _samples(split: pd.DataFrame, params: AnatomyParams, stream: Stream) -> Iterator[pd.DataFrame]:
    """The images of the encoder's draws, those whose coins are flipped again, and those of the gradients."""
    test, train = split[split["set"] == "test"], split[split["set"] == "train"]
    yield choose(test, params.images, partial(stream, "draws"))
    yield choose(test, params.redrawn, partial(stream, "redraws"))
    yield choose(train, params.gradient_images, partial(stream, "gradients"))
