"""Monte Carlo averages inside and outside the logarithm, by number of draws from the encoder."""

from functools import partial

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor

from pipeline.config import DecomposeParams
from pipeline.core.rng import Stream
from pipeline.core.streams import StreamFactory
from pipeline.investigations.decompose.tables import DRAWS
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.reductions import elbo, log_marginal
from pipeline.likelihood.weights import log_weights
from pipeline.models.density import LabelledModel

BLOCK = 10
"""Images whose weights are computed at once."""


def measure_draws(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    chosen: pd.DataFrame,
    params: DecomposeParams,
    stream: Stream,
    device: torch.device,
) -> pd.DataFrame:
    """Average the importance weights of the encoder's draws inside and outside the logarithm, by number of draws.

    Args:
        model: has `given(y)`.
        x: binary images.
        chosen: id and label of each image.
        params: numbers of draws, and repetitions of the largest; the smaller ones share the same draws.
        stream: makes the generator of an image, by id and purpose.
        device: of the model.

    Returns:
        One row per image and number of draws, as in `DRAWS`.
    """
    ids = chosen["id"].to_numpy()
    label = chosen["label"].to_numpy(np.int64)
    found = []
    with torch.inference_mode():
        for first in range(0, len(x), BLOCK):
            rows = slice(first, first + BLOCK)
            given = model.given(torch.from_numpy(label[rows]).to(device))
            pixels = torch.from_numpy(x[rows]).to(device).float()
            posterior = given.posterior(pixels)
            streams = StreamFactory([partial(stream, int(one)) for one in ids[rows]], device).named("encoder")
            noise = streams.normal(max(params.curve) * params.repetitions, posterior.event_shape[0])
            log_w = log_weights(given, pixels, encoder_draws(posterior, noise))
            found += [of_draws(log_w, draws).assign(id=ids[rows], label=label[rows]) for draws in params.curve]
    table = pd.concat(found).sort_values(["id", "draws"], ignore_index=True)
    return pd.DataFrame(table[DRAWS.names])


def of_draws(log_w: Float64[Tensor, "k n"], draws: int) -> pd.DataFrame:
    """Average groups of `draws` log weights inside and outside the logarithm.

    Args:
        log_w: log weights, in nats; those left over after the last full group are not used.
        draws: size of a group.

    Returns:
        One row per image: mean over the groups, and standard deviation between the groups, of either average, in nats.
    """
    groups = log_w[: len(log_w) // draws * draws].unflatten(0, (-1, draws)).transpose(0, 1)
    averages = {"inside": log_marginal(groups.flatten(1)), "outside": elbo(groups.flatten(1))}
    columns = dict[str, np.ndarray]()
    for name, values in averages.items():
        by_group = values.unflatten(0, groups.shape[1:]).cpu().numpy()
        columns |= {name: by_group.mean(axis=0), f"{name}_spread": by_group.std(axis=0, ddof=1)}
    return pd.DataFrame(columns).assign(draws=np.int32(draws), repetitions=np.int32(groups.shape[1]))
