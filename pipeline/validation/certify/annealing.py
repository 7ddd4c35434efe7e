"""Annealed importance sampling: log p(x) without an encoder, along a path from the prior to the posterior."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.core.streams import ImageStreams
from pipeline.models.density import LatentVariableModel
from pipeline.validation.certify.hmc import Terms, evaluate, transition


class Annealed(NamedTuple):
    """The last latent points of the chains of a run, and the chains' log weights in nats."""

    z: Float[Tensor, "chains n latent"]
    log_w: Float64[Tensor, "chains n"]


def geometric_path(model: LatentVariableModel, x: Float[Tensor, "n pixels"]) -> Terms:
    """Return the terms of `log p(z) + b log p(x | z)`; the inverse temperature b is the weight of the second."""

    def terms(z: Float[Tensor, "chains n latent"]) -> tuple[Tensor, Tensor]:
        return model.prior.log_prob(z), model.likelihood(z).log_prob(x)

    return terms


def anneal(
    terms: Terms,
    z: Float[Tensor, "chains n latent"],
    temperatures: Float64[Tensor, " temperatures"],
    step: Callable[[int], Tensor],
    leapfrogs: int,
    noise: ImageStreams,
    on_transition: Callable[[int, Tensor, Tensor], None],
) -> Annealed:
    """Run chains along a path, adding up `log w = sum (b' - b) log p(x | z)` over neighbours b, b'.

    Between two changes of the inverse temperature the chains make one transition that leaves the density
    there invariant. From draws of the prior with temperatures rising from 0 to 1, the mean of w is an
    unbiased estimate of p(x); from draws of the posterior with the same temperatures falling and the
    same step sizes, of 1 / p(x).

    Args:
        terms: of a geometric path.
        z: draws from the density at the first temperature.
        temperatures: inverse temperatures in the order in which they are visited.
        step: returns the size of the leapfrog steps in a transition, for each image and coordinate; each chain
            multiplies it by a random number between 0.5 and 1.5, so that no trajectory is periodic.
        leapfrogs: steps per transition.
        noise: the images' random numbers.
        on_transition: called after each transition with its number, its acceptance probabilities and the forces
            at its end.

    Returns:
        The end of each chain, and its log weight in nats.

    References:
        Neal (2001), Annealed importance sampling, section 2.
    """
    point = evaluate(terms, z)
    last = len(temperatures) - 2
    log_w = torch.zeros_like(point.terms[1])
    for k, (here, there) in enumerate(pairwise(temperatures.to(z.device))):
        log_w += (there - here) * point.terms[1]
        if k < last:
            weights = torch.stack([torch.ones_like(there), there])
            size = step(k) * (0.5 + noise.uniform(len(z)))[..., None]
            momentum = noise.normal(*z.shape[::2])
            uniform = noise.uniform(len(z))
            point, probability = transition(terms, weights, point, momentum, uniform, size, leapfrogs)
            on_transition(k, probability, point.force(weights))
    return Annealed(point.z, log_w)


def error_of_mean(log_w: Float64[Tensor, "chains n"]) -> Float64[Tensor, " n"]:
    """Compute the standard error of the log of the mean weight, in nats, from a few independent chains.

    By the delta method: sd(w) / (mean(w) sqrt(chains)).
    """
    w = torch.exp(log_w - log_w.amax(dim=0))
    return w.std(dim=0) / w.mean(dim=0) / math.sqrt(len(w))
