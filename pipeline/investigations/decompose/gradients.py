"""Variance of the gradient of one image's objective, between draws of the latent point and between images."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from pipeline.config import DecomposeParams
from pipeline.core.rng import Stream
from pipeline.investigations.decompose.tables import GRADIENTS
from pipeline.likelihood.proposals import encoder_draws
from pipeline.likelihood.reductions import log_marginal
from pipeline.likelihood.weights import log_weights
from pipeline.models.build import Autoencoder
from pipeline.models.density import LatentVariableModel, elbo

NETWORKS = ("encoder", "decoder")


class Moments(NamedTuple):
    """Moments of the gradient of one image's objective, in squared units of the gradient."""

    signal: float
    """Squared length of the expectation over draws, averaged over images."""
    noise: float
    """Variance between draws, summed over parameters and averaged over images."""
    between: float
    """Variance of the expectation between images, summed over parameters."""


def outside(model: LatentVariableModel, x: Float[Tensor, "1 pixels"], noise: Float[Tensor, "k 1 latent"]) -> Tensor:
    """Compute the bound as it is trained, with its divergence in closed form, averaged over draws."""
    return torch.stack([elbo(model, x, one) for one in noise]).mean()


def inside(model: LatentVariableModel, x: Float[Tensor, "1 pixels"], noise: Float[Tensor, "k 1 latent"]) -> Tensor:
    """Compute the log of the mean weight, whose expectation depends on the number of draws."""
    return log_marginal(log_weights(model, x, encoder_draws(model.posterior(x), noise))).sum()


def measure_gradients(
    model: Autoencoder,
    x: UInt8[np.ndarray, "n pixels"],
    chosen: pd.DataFrame,
    params: DecomposeParams,
    stream: Stream,
    device: torch.device,
) -> pd.DataFrame:
    """Estimate the moments of the gradient of the bound, and of the objective with the average inside the logarithm.

    Args:
        model: trained.
        x: binary images.
        chosen: id and label of each image.
        params: numbers of draws inside, and repetitions.
        stream: makes a generator, by objective, number of draws and image.
        device: of the model.

    Returns:
        One row per network, objective and number of draws, as in `GRADIENTS`.
    """
    kinds = [("outside", outside, 1), *(("inside", inside, draws) for draws in params.gradient_draws)]
    rows = []
    for name, objective, draws in kinds:
        moments = {network: GradientMoments() for network in NETWORKS}
        for row, (one, label) in enumerate(zip(chosen["id"], chosen["label"], strict=True)):
            pixels = torch.from_numpy(x[row : row + 1]).to(device).float()
            given = model.given(torch.tensor([int(label)], device=device))
            rng = stream(name, draws, int(one))
            shape = (params.gradient_repetitions, draws, 1, given.prior.event_shape[0])
            noise = torch.from_numpy(rng.standard_normal(shape, dtype=np.float32)).to(device)
            for network, gradient in _gradients(model, [objective(given, pixels, some) for some in noise]):
                moments[network].add(gradient)
        for network, own in moments.items():
            keys = {"network": network, "objective": name, "draws": draws, "images": len(x)}
            rows.append(keys | own.estimate()._asdict())
    types = {"network": "category", "objective": "category", "draws": "int32", "images": "int32"}
    return pd.DataFrame(pd.DataFrame(rows)[GRADIENTS.names]).astype(types)


class GradientMoments:
    """Running sums of the gradients of one image after another, which are not kept."""

    def __init__(self) -> None:
        self.images, self.repetitions = 0, 0
        self.noise = self.length = 0.0
        self.total: Tensor | None = None

    def add(self, gradient: Float[Tensor, "repetitions parameters"]) -> None:
        """Add the gradients of one image, one row per repetition with draws of its own."""
        mean = gradient.mean(dim=0).double()
        self.images += 1
        self.repetitions = len(gradient)
        self.noise += float(gradient.var(dim=0).sum(dtype=torch.float64))
        self.length += float(mean @ mean)
        self.total = mean if self.total is None else self.total + mean

    def estimate(self) -> Moments:
        """Return unbiased estimates of the moments.

        The mean over few repetitions has a variance of noise / repetitions about the expectation, which is taken off
        its squared length and off its variance between images.
        """
        assert self.total is not None
        noise = self.noise / self.images
        spread = (self.length - float(self.total @ self.total) / self.images) / (self.images - 1)
        excess = noise / self.repetitions
        return Moments(self.length / self.images - excess, noise, spread - excess)


def _gradients(model: Autoencoder, values: list[Tensor]) -> Iterator[tuple[str, Float[Tensor, "r p"]]]:
    """Yield the gradients of the values with respect to each network's parameters, one row per value."""
    networks = {network: list(getattr(model, network).parameters()) for network in NETWORKS}
    found = {network: list[Tensor]() for network in NETWORKS}
    parameters = [parameter for own in networks.values() for parameter in own]
    for value in values:
        parts = iter(torch.autograd.grad(value, parameters))
        for network, own in networks.items():
            found[network].append(torch.cat([next(parts).flatten() for _ in own]))
    for network, rows in found.items():
        yield network, torch.stack(rows)
