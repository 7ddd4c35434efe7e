"""Everything that is measured of what makes an image likely."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
import torch

from pipeline.anatomy.draws import measure_draws
from pipeline.anatomy.estimates import estimate
from pipeline.anatomy.gradients import measure_gradients
from pipeline.anatomy.redraws import score_redraws
from pipeline.certification.sample import choose
from pipeline.config import Params
from pipeline.images import Images
from pipeline.vae.build import Autoencoder

Stream = Callable[..., np.random.Generator]


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
        The tables of `pipeline.anatomy.tables.SCHEMAS`, by name.
    """
    test, train = split[split["set"] == "test"], split[split["set"] == "train"]
    settings, x = params.anatomy, images.binary_bernoulli
    some, again, learnt = (
        choose(rows, count, partial(stream, purpose))
        for purpose, rows, count in (
            ("draws", test, settings.images),
            ("redraws", test, settings.redrawn),
            ("gradients", train, settings.gradient_images),
        )
    )
    draws = measure_draws(model, x[some["id"]], some, settings, partial(stream, "draws"), device)
    gradients = measure_gradients(model, x[learnt["id"]], learnt, settings, partial(stream, "gradients"), device)
    grey, source = images.grey[again["id"]], partial(stream, "redraws")
    redraws = score_redraws(model, grey, again, settings.redraws, params.score, source, device, on_images)
    bootstrap = partial(stream, "bootstrap")
    estimates = estimate(scores, redraws, others, images.grey, split, params.compare, bootstrap)
    return {"draws": draws, "gradients": gradients, "redraws": redraws, "estimates": estimates}
