"""Annealed importance sampling: log p(x) without an encoder, along a path from the prior to the posterior."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.core.streams import Noise
from pipeline.models.density import LatentVariableModel
from pipeline.validation.certify.hmc import Terms, evaluate, transition


class Annealed(NamedTuple):
    """Where the chains of a run end, and the log weights, in nats, that they gathered."""

    z: Float[Tensor, "chains n latent"]
    log_w: Float64[Tensor, "chains n"]


def geometric_path(model: LatentVariableModel, x: Float[Tensor, "n pixels"]) -> Terms:
    """The terms of `log p(z) + b log p(x | z)`, of which b, the inverse temperature, weighs the second."""

    def terms(z: Float[Tensor, "chains n latent"]) -> tuple[Tensor, Tensor]:
        return model.prior.log_prob(z), model.likelihood(z).log_prob(x)

    return terms


def anneal(
    terms: Terms,
    z: Float[Tensor, "chains n latent"],
    temperatures: Float64[Tensor, " temperatures"],
    step: Callable[[int], Tensor],
    leapfrogs: int,
    noise: Noise,
    on_transition: Callable[[int, Tensor, Tensor], None],
) -> Annealed:
    """Lead chains along a path, gathering `log w = sum (b' - b) log p(x | z)` over neighbours b, b'.

    Between two changes of the inverse temperature stands one transition that leaves the density
    there invariant. From draws of the prior with temperatures rising from 0 to 1, the mean of w is an
    unbiased estimate of p(x); from draws of the posterior with the same temperatures falling and the
    same step sizes, of 1 / p(x).

    Args:
        terms: of a geometric path.
        z: draws from the density at the first temperature.
        temperatures: inverse temperatures in the order in which they are visited.
        step: size of the leapfrog steps in each transition, for each image and coordinate; each chain
            draws its own between a half and one and a half of it, so that no trajectory keeps returning
            to where it began.
        leapfrogs: steps of a transition.
        noise: the images' random numbers.
        on_transition: is told of each transition's number, acceptance probabilities and forces where it ended.

    References:
        Neal (2001), Annealed importance sampling, section 2.
    """
    point, last = evaluate(terms, z), len(temperatures) - 2
    log_w = torch.zeros_like(point.terms[1])
    for k, (here, there) in enumerate(pairwise(temperatures.to(z.device))):
        log_w += (there - here) * point.terms[1]
        if k < last:
            weights, size = (
                torch.stack([torch.ones_like(there), there]),
                step(k) * (0.5 + noise.uniform(len(z)))[..., None],
            )
            momentum, uniform = noise.normal(*z.shape[::2]), noise.uniform(len(z))
            point, probability = transition(terms, weights, point, momentum, uniform, size, leapfrogs)
            on_transition(k, probability, point.force(weights))
    return Annealed(point.z, log_w)


def error_of_mean(log_w: Float64[Tensor, "chains n"]) -> Float64[Tensor, " n"]:
    """Standard error of the log of the mean weight, in nats, from the spread of few independent chains.

    By the delta method: the standard deviation of w over its mean and the root of the chains' number.
    """
    w = torch.exp(log_w - log_w.amax(dim=0))
    return w.std(dim=0) / w.mean(dim=0) / math.sqrt(len(w))
