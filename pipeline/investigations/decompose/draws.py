"""Monte Carlo inside and outside the logarithm, at growing numbers of draws from the encoder."""

from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor

from pipeline.config import AnatomyParams
from pipeline.core.streams import Numbers
from pipeline.data.sampled_images import Stream
from pipeline.investigations.decompose.tables import DRAWS
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.reductions import elbo, log_marginal
from pipeline.likelihood.weights import log_weights
from pipeline.models.density import LabelledModel

BLOCK = 10


def measure_draws(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    chosen: pd.DataFrame,
    params: AnatomyParams,
    stream: Stream,
    device: torch.device,
) -> pd.DataFrame:
    """Average weights of the encoder's draws inside and outside the logarithm, for every number of draws.

    Args:
        model: with `given(y)`.
        x: binary images.
        chosen: their ids and digits, row by row.
        params: numbers of draws, and how often the largest is repeated; smaller ones share the same draws.
        stream: a source of random numbers by image.
        device: where the model is.

    Returns:
        One row an image and number of draws, as in `DRAWS`.
    """
    ids, digit, found = chosen["id"].to_numpy(), chosen["digit"].to_numpy(np.int64), []
    with torch.inference_mode():
        for first in range(0, len(x), BLOCK):
            rows = slice(first, first + BLOCK)
            given = model.given(torch.from_numpy(digit[rows]).to(device))
            pixels = torch.from_numpy(x[rows]).to(device).float()
            posterior = given.posterior(pixels)
            numbers = Numbers([partial(stream, int(one)) for one in ids[rows]], device).of("encoder")
            noise = numbers.normal(max(params.curve) * params.repetitions, posterior.event_shape[0])
            log_w = log_weights(given, pixels, encoder_draws(posterior, noise))
            found += [of_draws(log_w, draws).assign(image=ids[rows], digit=digit[rows]) for draws in params.curve]
    table = pd.concat(found).sort_values(["image", "draws"], ignore_index=True)
    return pd.DataFrame(table[DRAWS.names])


def of_draws(log_w: Float64[Tensor, "k n"], draws: int) -> pd.DataFrame:
    """Both averages over groups of so many log weights, one row an image: mean and deviation between groups."""
    groups = log_w[: len(log_w) // draws * draws].unflatten(0, (-1, draws)).transpose(0, 1)
    inside, outside = log_marginal(groups.flatten(1)), elbo(groups.flatten(1))
    columns = dict[str, np.ndarray]()
    for name, values in {"inside": inside, "outside": outside}.items():
        by_group = values.unflatten(0, groups.shape[1:]).cpu().numpy()
        columns |= {name: by_group.mean(axis=0), f"{name}_spread": by_group.std(axis=0, ddof=1)}
    return pd.DataFrame(columns).assign(draws=np.int32(draws), repetitions=np.int32(groups.shape[1]))
