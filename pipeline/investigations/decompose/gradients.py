"""Variance of the gradient of one image's objective, between draws of the latent point and between images."""

from collections.abc import Iterator

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


def outside(model: LatentVariableModel, x: Float[Tensor, "1 pixels"], noise: Float[Tensor, "k 1 latent"]) -> Tensor:
    """Compute the bound as in training, with its divergence in closed form, averaged over draws, in nats."""
    return torch.stack([elbo(model, x, one) for one in noise]).mean()


def inside(model: LatentVariableModel, x: Float[Tensor, "1 pixels"], noise: Float[Tensor, "k 1 latent"]) -> Tensor:
    """Compute the log of the mean weight, in nats; its expectation depends on the number of draws."""
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
        One row per network, objective, number of draws and image, as in `GRADIENTS`.
    """
    kinds = [("outside", outside, 1), *(("inside", inside, draws) for draws in params.gradient_draws)]
    tables = []
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
            ids = chosen["id"].to_numpy()
            tables.append(own.table().assign(network=network, objective=name, draws=draws, id=ids))
    types = {"network": "category", "objective": "category", "draws": "int32", "id": "int32"}
    return pd.DataFrame(pd.concat(tables, ignore_index=True)[GRADIENTS.names]).astype(types)


class GradientMoments:
    """Moments of the gradients of one image after another; only the sum of the gradients is kept."""

    def __init__(self) -> None:
        self.signal: list[float] = []
        self.noise: list[float] = []
        self.lengths = 0.0
        self.total: Tensor | None = None

    def add(self, gradient: Float[Tensor, "repetitions parameters"]) -> None:
        """Add the gradients of one image, one row per repetition with draws of its own."""
        mean = gradient.mean(dim=0).double()
        length, noise = float(mean @ mean), float(gradient.var(dim=0).sum(dtype=torch.float64))
        # The mean over repetitions is off its expectation by a variance of noise / repetitions.
        self.signal.append(length - noise / len(gradient))
        self.noise.append(noise)
        self.lengths += length
        self.total = mean if self.total is None else self.total + mean

    def table(self) -> pd.DataFrame:
        """Return unbiased estimates of the moments, one row per image: signal, noise and common; see `GRADIENTS`."""
        assert self.total is not None
        images = len(self.signal)
        # Products of the gradients of different images, whose errors are independent.
        common = (float(self.total @ self.total) - self.lengths) / (images * (images - 1))
        return pd.DataFrame({"signal": self.signal, "noise": self.noise, "common": common})


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
