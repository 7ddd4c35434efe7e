"""Bidirectional Monte Carlo: log p(x) of simulated images between a lower and an upper bound."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from pipeline.core.streams import ImageStreams, draw
from pipeline.models.density import LabelledModel


class Simulated(NamedTuple):
    """Images drawn from a model, with their labels and the latent points from which they were drawn."""

    x: Float[Tensor, "n pixels"]
    y: Int64[Tensor, " n"]
    z: Float[Tensor, "n latent"]


def simulate(model: LabelledModel, y: Int64[Tensor, " n"], noise: ImageStreams) -> Simulated:
    """Draw z from the prior, then x given z, so that z is an exact draw from the posterior of x.

    Args:
        model: with `given(y)`.
        y: labels of the images; an unconditional model ignores them.
        noise: the images' random numbers.

    References:
        Grosse, Ghahramani and Adams (2015), Sandwiching the marginal likelihood using bidirectional
        Monte Carlo, section 3.
    """
    z, x = [], []
    for row, rng in enumerate(noise.generators):
        one = model.given(y[row : row + 1])
        z.append(draw(one.prior, (1,), rng))
        x.append(draw(one.likelihood(z[-1]), (), rng))
    return Simulated(torch.cat(x), y, torch.cat(z))
