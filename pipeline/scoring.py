"""The likelihood of every image under one model."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, Int32, UInt8
from torch import Tensor

from pipeline.config import ScoreParams
from pipeline.errors import NumericalError
from pipeline.likelihood.diagnostics import pareto_k
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.reductions import effective_draws, elbo, log_marginal, standard_error
from pipeline.likelihood.weights import log_weights_in_blocks
from pipeline.vae.density import LabelledModel, LatentVariableModel

Stream = Callable[..., np.random.Generator]

IMAGES_AT_ONCE = 16
REDUCTIONS = {
    "elbo": elbo,
    "log_likelihood": log_marginal,
    "standard_error": standard_error,
    "ess": effective_draws,
    "pareto_k": pareto_k,
}
"""What each column of a score makes of an image's log weights."""


def score(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    y: UInt8[np.ndarray, " n"],
    ids: Int32[np.ndarray, " n"],
    params: ScoreParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """Score every image once, in memory that does not grow with their number.

    An image's random numbers are those of `stream(id)`, whatever stands beside it.

    Args:
        model: with `given(y)`, the density of images whose labels are y.
        x: binary images.
        y: their digits, which a conditional model is given.
        ids: their ids.
        params: draws an image, and decoder passes at once.
        stream: the model's source of random numbers.
        device: where the model is.
        on_images: is called with the number of images just scored.

    Returns:
        One row an image, in order: id, elbo, log_likelihood, standard_error (nats), ess, pareto_k,
        draws, passes.

    Raises:
        NumericalError: an image's likelihood is not finite; it names the image.
    """
    table = np.empty((len(x), len(REDUCTIONS)))
    with torch.inference_mode():
        for rows in _blocks(len(x)):
            pixels = torch.from_numpy(x[rows]).to(device).float()
            density = model.given(torch.from_numpy(y[rows]).to(device).long())
            noise = _noise(stream, ids[rows], params.draws, density.prior.event_shape[0])
            table[rows] = _score_block(density, pixels, noise.to(device), params).cpu().numpy()
            on_images(len(pixels))
    scores = pd.DataFrame(table, columns=list(REDUCTIONS)).assign(id=ids, draws=np.int32(params.draws))
    return _require_finite(scores.assign(passes=np.float32(params.draws + 1)))


def _score_block(
    model: LatentVariableModel, x: Float[Tensor, "n pixels"], noise: Float[Tensor, "k n latent"], params: ScoreParams
) -> Float[Tensor, "n reductions"]:
    draws = encoder_draws(model.posterior(x), noise)
    log_w = log_weights_in_blocks(model, x, draws, params.block)
    return torch.stack([reduce(log_w) for reduce in REDUCTIONS.values()], dim=1)


def _blocks(images: int) -> Iterator[slice]:
    for first in range(0, images, IMAGES_AT_ONCE):
        yield slice(first, min(first + IMAGES_AT_ONCE, images))


def _noise(stream: Stream, ids: Int32[np.ndarray, " n"], draws: int, latent: int) -> Float[Tensor, "k n latent"]:
    columns = [stream(int(one)).standard_normal((draws, latent), dtype=np.float32) for one in ids]
    return torch.from_numpy(np.stack(columns, axis=1))


def _require_finite(table: pd.DataFrame) -> pd.DataFrame:
    bad = table[~np.isfinite(table["log_likelihood"])]
    if len(bad):
        raise NumericalError(
            f"log p(x) of image {bad['id'].iloc[0]} is {bad['log_likelihood'].iloc[0]} ({len(bad)} such images); "
            "the weights are not those of a trained model; run `dvc repro -f` on its train stage"
        )
    return table
