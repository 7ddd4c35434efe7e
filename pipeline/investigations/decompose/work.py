"""Signal to noise of gradients, and the number of draws that makes the most of a given work."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch.utils.flop_counter import FlopCounterMode

from pipeline.config import IntervalParams
from pipeline.core.statistics import Samples, bootstrap_counts
from pipeline.investigations.decompose.estimates import Row, row
from pipeline.investigations.decompose.gradients import NETWORKS, inside
from pipeline.models.build import Autoencoder


class Operations(NamedTuple):
    """Floating-point operations of the matrix products of one image's gradient."""

    image: float
    """Of the encoder, which runs once per image."""
    draw: float
    """Of the decoder, which runs once per draw."""


def count_operations(model: Autoencoder, pixels: int, device: torch.device) -> Operations:
    """Count the operations of one image's gradient, forward and backward, from the sizes of the layers.

    With K draws it takes `image` + K `draw` operations, so that one and two draws determine both.

    Args:
        model: trained or not.
        pixels: of an image.
        device: of the model.
    """

    def count(draws: int) -> float:
        given = model.given(torch.zeros(1, dtype=torch.long, device=device))
        x = torch.zeros(1, pixels, device=device)
        noise = torch.zeros(draws, 1, given.prior.event_shape[0], device=device)
        with FlopCounterMode(display=False) as counter:
            torch.autograd.grad(inside(given, x, noise), list(model.parameters()))
        return float(counter.get_total_flops())

    one, two = count(1), count(2)
    return Operations(image=2 * one - two, draw=two - one)


def best_draws(between: Samples, noise: Samples, operations: Operations) -> Samples:
    """Return the number of draws per image, not necessarily whole, that makes the most of a given work.

    With K draws per image, W operations suffice for W / (c_e + K c_d) images, whose mean gradient has the variance
    (V_x + V_z / K) (c_e + K c_d) / W. Its derivative with respect to K vanishes at sqrt(V_z c_e / (V_x c_d)).

    Args:
        between: V_x, variance of the gradient between images.
        noise: V_z, its variance between draws.
        operations: c_e, per image, and c_d, per draw.
    """
    best: Samples = np.sqrt(noise * operations.image / (between * operations.draw))
    return best


def same_work(between: Samples, noise: Samples, operations: Operations, draws: int) -> Samples:
    """Return the variance of a batch's gradient with several draws per image, relative to one draw at the same work.

    Args:
        between: V_x, variance of the gradient between images.
        noise: V_z, its variance between draws.
        operations: c_e, per image, and c_d, per draw.
        draws: K, at least one.
    """
    work = (operations.image + draws * operations.draw) / (operations.image + operations.draw)
    relative: Samples = (between + noise / draws) / (between + noise) * work
    return relative


def gradient_estimates(
    gradients: pd.DataFrame, operations: Operations, params: IntervalParams, rng: np.random.Generator
) -> Iterator[Row]:
    """Yield the rows of `ESTIMATES` that are about gradients, with bootstrap intervals over images.

    Args:
        gradients: of the same images for every objective and number of draws; see `GRADIENTS`.
        operations: of one image's gradient.
        params: resamples and confidence of the intervals.
        rng: draws the bootstrap samples.
    """
    images = gradients["id"].nunique()
    counts = bootstrap_counts(images, params.resamples, rng)
    inside_draws = sorted(gradients.loc[gradients["objective"] == "inside", "draws"].unique())
    variances = {}
    for network in NETWORKS:
        own = gradients[gradients["network"] == network]
        ratios = {}
        for (objective, draws), part in own.groupby(["objective", "draws"], observed=True):
            signal, noise = (counts @ part.sort_values("id")[name].to_numpy() / images for name in ("signal", "noise"))
            ratios[objective, draws] = np.sqrt(np.maximum(signal, 0) / noise)
            if objective == "outside":
                # The error of `common`, a mean over all pairs of images, is negligible beside that of the signal.
                variances[network] = np.maximum(signal - part["common"].iloc[0], 1e-12), noise
        # Draws outside the logarithm are averaged, which divides the noise by their number.
        most = inside_draws[-1]
        ratios["outside", most] = np.sqrt(most) * ratios["outside", 1]
        for (objective, draws), samples in ratios.items():
            yield row(f"signal_to_noise.{network}.{objective}", str(draws), samples, images, params)
        for fewer, more in pairwise(inside_draws):
            change = ratios["inside", more] - ratios["inside", fewer]
            yield row(f"signal_to_noise_change.{network}", f"{fewer}-{more}", change, images, params)
    yield from _work_rows(variances, operations, images, params)


def _work_rows(
    variances: dict[str, tuple[Samples, Samples]], operations: Operations, images: int, params: IntervalParams
) -> Iterator[Row]:
    """Yield the rows `best_draws` and `same_work`."""
    draws = max(_best_whole(between[:1], noise[:1], operations) for between, noise in variances.values())
    for network, (between, noise) in variances.items():
        yield row("best_draws", network, best_draws(between, noise, operations), images, params)
        yield row("same_work", network, same_work(between, noise, operations, draws) - 1, images, params)
    yield row("same_work", "draws", np.full(2, float(draws)), images, params)


def _best_whole(between: Samples, noise: Samples, operations: Operations) -> int:
    """Return the best whole number of draws, one of the two beside the best number, for a single sample."""
    below = int(best_draws(between, noise, operations)[0])
    return min((max(below, 1), below + 1), key=lambda draws: float(same_work(between, noise, operations, draws)[0]))
