"""The log likelihood of every image under one model, with as much work as each image needs."""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Float, Float64, Int, Int64, Shaped, UInt8
from torch import Tensor

from pipeline.config import ScoreParams
from pipeline.core.errors import NumericalError
from pipeline.core.rng import Stream
from pipeline.core.streams import StreamFactory
from pipeline.likelihood.diagnostics import pareto_k
from pipeline.likelihood.images import Images
from pipeline.likelihood.prior_starts import Screen
from pipeline.likelihood.proposals import Effort, Proposal, Propose, encoder_draws, find
from pipeline.likelihood.reductions import effective_draws, elbo, log_marginal, standard_error
from pipeline.likelihood.subset_means import pareto_limit
from pipeline.likelihood.weights import log_weights
from pipeline.models.checks import check
from pipeline.models.density import LabelledModel
from pipeline.models.priors import prior_of

REDUCTIONS = {
    "log_likelihood": log_marginal,
    "standard_error": standard_error,
    "ess": effective_draws,
    "pareto_k": pareto_k,
}
"""Columns of the scores, each computed from an image's log weights."""


class Attempt(NamedTuple):
    """Results of one level of effort for n images."""

    easy: Bool[np.ndarray, " n"]
    """Images for which the level was enough."""
    found: dict[str, Float[np.ndarray, " m"]]
    """The columns of those images."""
    passes: Float[np.ndarray, " n"]
    """Decoder passes that were spent on each image."""


def score(
    model: LabelledModel,
    x: Shaped[np.ndarray, "n pixels"],
    y: UInt8[np.ndarray, " n"],
    ids: Int[np.ndarray, " n"],
    params: ScoreParams,
    stream: Stream,
    device: torch.device,
    on_images: Callable[[int], None],
) -> pd.DataFrame:
    """Estimate log p(x) of every image by importance sampling, in memory that does not grow with their number.

    All images get the first level's effort. An image whose expected standard error is above
    `target_standard_error`, or whose weights have too large a Pareto shape, gets the next level's, from the beginning:
    draws that led to more effort are not used in the estimate. An image that is left with too large a shape at the
    last level keeps it, and is counted by `trustworthy`. An image's random numbers are those of `stream(id, ...)`,
    whatever the other images.

    Args:
        model: with `given(y)`, the density of images whose labels are y; see `LatentVariableModel`.
        x: images, of any real type; computed with in single precision.
        y: their labels, which a conditional model is given.
        ids: their ids.
        params: the effort, and the proposal.
        stream: the model's source of random numbers.
        device: where the model is.
        on_images: is called with the number of images just scored.

    Returns:
        One row per image, in order: id, elbo, log_likelihood, standard_error (nats), ess, pareto_k, draws, passes.
        log_likelihood is low by about half the squared standard error.

    Raises:
        DataError: an image is outside the support of the model's likelihood, or has another number of pixels.
        NumericalError: an image's likelihood is not finite; the message names the image.
        ParameterError: the proposal is unknown, or the model does not keep to `LatentVariableModel`.
    """
    propose = find(params.proposal)
    table = {name: np.zeros(len(x)) for name in ("elbo", *REDUCTIONS, "draws", "passes")}
    waiting = np.arange(len(x))
    with torch.inference_mode():
        check(model.given(torch.from_numpy(y[:1]).to(device).long()), x, ids)
        screen = Screen(model, prior_points(model, params, stream, device))
        for level in range(params.levels):
            hard = [waiting[:0]]
            for rows in _blocks(waiting, max(1, params.block // 4**level)):
                images = _images(model, x[rows], y[rows], ids[rows], stream, level, device)
                if level == 0:
                    table["elbo"][rows] = _finite(bound(images, params.elbo_draws), ids[rows])
                tried = attempt(images, screen, params, level, propose)
                table["passes"][rows] += tried.passes
                for name, values in tried.found.items():
                    table[name][rows[tried.easy]] = values
                hard.append(np.unique(rows[~tried.easy]))
                on_images(len(np.unique(rows[tried.easy])))
            waiting = np.concatenate(hard)
    _finite(table["log_likelihood"], ids)
    return pd.DataFrame(table).assign(id=ids).astype({"draws": np.int32, "passes": np.float32})


def attempt(images: Images, screen: Screen, params: ScoreParams, level: int, propose: Propose) -> Attempt:
    """Score those images for which a level's effort is enough; at the last level it always is.

    The level is skipped for an image if its weights are expected to spread too much, and its draws are discarded if
    a few of them turn out to dominate.

    Args:
        images: a block.
        screen: points of the prior.
        params: the effort.
        level: counted from 0.
        propose: finds the proposal.
    """
    effort = effort_at(level, params)
    proposal = propose(images, screen, effort, params)
    spread, pilot = _spread(images, proposal, params)
    last = level == params.levels - 1
    drawn = (expected_error(spread, effort.draws) <= params.target_standard_error) | last
    passes = proposal.passes + effort.draws * drawn
    passes += proposal.screening + pilot
    if level == 0:
        passes += params.elbo_draws + 1
    easy, found = drawn.cpu().numpy(), {"draws": np.zeros(0)}
    if drawn.any():
        log_w = weigh(images.select(drawn), proposal.select(drawn), effort.draws)
        reduced = {name: reduce(log_w).cpu().numpy() for name, reduce in REDUCTIONS.items()}
        light = (reduced["pareto_k"] <= pareto_limit(effort.draws)) | last
        found = {name: values[light] for name, values in reduced.items()}
        found["draws"] = np.full(int(light.sum()), effort.draws, dtype=np.float64)
        easy[easy] = light
    return Attempt(easy, found, passes.cpu().numpy())


def effort_at(level: int, params: ScoreParams) -> Effort:
    """Return the effort of a level: twice the starts and rounds and four times the draws of the level before."""
    return Effort(params.starts * 2**level, params.refine_rounds * 2**level, params.draws * 4**level)


def expected_error(spread: Float[Tensor, " n"], draws: int) -> Float[Tensor, " n"]:
    """Return the standard error in nats of that many draws whose weights are log-normal.

    Args:
        spread: variance of the log weights.
        draws: their number.
    """
    return torch.sqrt(torch.expm1(spread) / draws)


def bound(images: Images, draws: int) -> Float64[Tensor, " n"]:
    """Estimate the evidence lower bound of each image, in nats, from draws of the encoder."""
    posterior = images.model.posterior(images.x)
    noise = images.streams.named("bound").normal(draws, images.latent_dim)
    return elbo(log_weights(images.model, images.x, encoder_draws(posterior, noise)))


def weigh(images: Images, proposal: Proposal, draws: int) -> Float64[Tensor, "k n"]:
    """Return the log importance weights of that many draws from the proposal, in nats."""
    return log_weights(images.model, images.x, proposal.sample(images.streams, draws))


def prior_points(
    model: LabelledModel, params: ScoreParams, stream: Stream, device: torch.device
) -> Float[Tensor, "points latent"]:
    """Draw points of the prior that all images share.

    Where there are few latent dimensions there are more of them, and half are moved away from their mean: the posterior
    of an extreme image may have its mode where hardly any draw of the prior falls.
    """
    one = model.given(torch.zeros(1, dtype=torch.long, device=device))
    latent = one.prior.event_shape[0]
    points = prior_of(one).points(params.points_in(latent), stream("points"))
    if latent > params.low_latent:
        return points
    far, near = points.tensor_split(2)
    centre = points.mean(dim=0)
    return torch.cat([centre + params.low_spread * (far - centre), near])


def _spread(images: Images, proposal: Proposal, params: ScoreParams) -> tuple[Float[Tensor, " n"], int]:
    """Return the variance of the log weights, and the draws per image that were taken to estimate it.

    Such draws come from streams of their own, since the estimate must not depend on what decides about its effort.
    """
    if proposal.spread is not None:
        return proposal.spread, 0
    log_w = log_weights(images.model, images.x, proposal.sample(images.streams.below("pilot"), params.elbo_draws))
    spread = log_w.var(dim=0)
    return torch.where(torch.isfinite(spread), spread, math.inf), params.elbo_draws


def _images(
    model: LabelledModel,
    x: Shaped[np.ndarray, "n pixels"],
    y: UInt8[np.ndarray, " n"],
    ids: Int[np.ndarray, " n"],
    stream: Stream,
    level: int,
    device: torch.device,
) -> Images:
    streams = StreamFactory([partial(stream, int(one), level) for one in ids], device)
    return Images(model, torch.from_numpy(x).to(device).float(), torch.from_numpy(y).to(device).long(), streams)


def _blocks(rows: Int64[np.ndarray, " n"], size: int) -> Iterator[Int64[np.ndarray, " size"]]:
    """Yield that many rows at a time; the last block is filled up with its last row."""
    for first in range(0, len(rows), size):
        block = rows[first : first + size]
        yield np.pad(block, (0, size - len(block)), "edge")


def _finite(values: Tensor | Float[np.ndarray, " n"], ids: Int[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    found = np.asarray(values.cpu()) if isinstance(values, Tensor) else values
    bad = np.flatnonzero(~np.isfinite(found))
    if len(bad):
        raise NumericalError(
            f"log p(x) of image {ids[bad[0]]} is {found[bad[0]]} ({len(np.unique(ids[bad]))} such images); look for "
            "weights that are not finite, and train the model again (in this study by `dvc repro -f` on its stage)"
        )
    return found
