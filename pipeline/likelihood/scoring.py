"""The likelihood of every image under one model, with as much work as each of them needs."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Int32, Int64, UInt8
from torch import Tensor

from pipeline.config import ScoreParams
from pipeline.core.errors import NumericalError
from pipeline.core.streams import Numbers
from pipeline.likelihood.diagnostics import pareto_k
from pipeline.likelihood.estimate import Images, bound, effort_at, expected_error, propose, weigh
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.reductions import effective_draws, log_marginal, standard_error
from pipeline.models.density import LabelledModel

Stream = Callable[..., np.random.Generator]

REDUCTIONS = {
    "log_likelihood": log_marginal,
    "standard_error": standard_error,
    "ess": effective_draws,
    "pareto_k": pareto_k,
}
"""What each column of a score makes of an image's log weights."""


class Attempt(NamedTuple):
    """What one level of effort made of n images."""

    easy: Bool[np.ndarray, " n"]
    """For which of them it was enough."""
    found: dict[str, Float[np.ndarray, " m"]]
    """The columns of those."""
    passes: Float[np.ndarray, " n"]
    """Decoder passes that were spent on each image."""


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

    All images get the first level's effort; those whose standard error it is not expected to bring below
    the tolerance get the next one's, from the beginning. What decided is no part of an estimate. An
    image's random numbers are those of `stream(id, ...)`, whatever stands beside it.

    Args:
        model: with `given(y)`, the density of images whose labels are y.
        x: binary images.
        y: their digits, which a conditional model is given.
        ids: their ids.
        params: the effort.
        stream: the model's source of random numbers.
        device: where the model is.
        on_images: is called with the number of images just scored.

    Returns:
        One row an image, in order: id, elbo, log_likelihood, standard_error (nats), ess, pareto_k,
        draws, passes.

    Raises:
        NumericalError: an image's likelihood is not finite; it names the image.
    """
    table = {name: np.zeros(len(x)) for name in ("elbo", *REDUCTIONS, "draws", "passes")}
    waiting = np.arange(len(x))
    with torch.inference_mode():
        screen = Screen(model, prior_points(model, params.points, stream, device))
        for level in range(params.levels):
            hard = [waiting[:0]]
            for rows in _blocks(waiting, max(1, params.block // 4**level)):
                images = _images(model, x[rows], y[rows], ids[rows], stream, level, device)
                if level == 0:
                    table["elbo"][rows] = _finite(bound(images, params.bound), ids[rows])
                tried = attempt(images, screen, params, level)
                table["passes"][rows] += tried.passes
                for name, values in tried.found.items():
                    table[name][rows[tried.easy]] = values
                hard.append(np.unique(rows[~tried.easy]))
                on_images(len(np.unique(rows[tried.easy])))
            waiting = np.concatenate(hard)
    _finite(table["log_likelihood"], ids)
    return pd.DataFrame(table).assign(id=ids).astype({"draws": np.int32, "passes": np.float32})


def attempt(images: Images, screen: Screen, params: ScoreParams, level: int) -> Attempt:
    """Score those images for which a level's effort is enough; at the last level it always is."""
    effort = effort_at(level, params)
    proposal = propose(images, screen, effort, params)
    easy = expected_error(proposal.spread, effort.draws) <= params.tolerance
    easy |= level == params.levels - 1
    passes = proposal.passes + effort.draws * easy
    passes += screen.passes(images.x.shape[1])
    if level == 0:
        passes += params.bound + 1
    found = {"draws": np.full(int(easy.sum()), effort.draws, dtype=np.float64)}
    if easy.any():
        log_w = weigh(images.only(easy), proposal.mixture.only(easy), effort.draws)
        found |= {name: reduce(log_w).cpu().numpy() for name, reduce in REDUCTIONS.items()}
    return Attempt(easy.cpu().numpy(), found, passes.cpu().numpy())


def prior_points(
    model: LabelledModel, points: int, stream: Stream, device: torch.device
) -> Float[Tensor, "points latent"]:
    """Points of the prior that all images share."""
    prior = model.given(torch.zeros(1, dtype=torch.long, device=device)).prior
    normal = stream("points").standard_normal((points, *prior.event_shape), dtype=np.float32)
    return prior.mean + prior.stddev * torch.from_numpy(normal).to(device)


def _images(
    model: LabelledModel,
    x: UInt8[np.ndarray, "n pixels"],
    y: UInt8[np.ndarray, " n"],
    ids: Int32[np.ndarray, " n"],
    stream: Stream,
    level: int,
    device: torch.device,
) -> Images:
    numbers = Numbers([partial(stream, int(one), level) for one in ids], device)
    return Images(model, torch.from_numpy(x).to(device).float(), torch.from_numpy(y).to(device).long(), numbers)


def _blocks(rows: Int64[np.ndarray, " n"], size: int) -> Iterator[Int64[np.ndarray, " size"]]:
    """So many rows at a time; the last block is filled up with its last row."""
    for first in range(0, len(rows), size):
        block = rows[first : first + size]
        yield np.pad(block, (0, size - len(block)), "edge")


def _finite(values: Tensor | Float[np.ndarray, " n"], ids: Int32[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    found = np.asarray(values.cpu()) if isinstance(values, Tensor) else values
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise NumericalError(
            f"log p(x) of image {ids[bad[0]]} is {found[bad[0]]} ({len(np.unique(ids[bad]))} such images); "
            "the weights are not those of a trained model; run `dvc repro -f` on its train stage"
        )
    return found
