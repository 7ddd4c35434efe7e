"""Posteriors q(z | x) of many images, and draws from them."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8

from pipeline.models.density import LatentVariableModel

BLOCK = 5000


class Encodings(NamedTuple):
    """Means and standard deviations of the diagonal normals q(z | x) of n images.

    The mixture of all of them with equal weights is the aggregate posterior.
    """

    mean: Float[np.ndarray, "n latent"]
    deviation: Float[np.ndarray, "n latent"]

    def draw(self, rng: np.random.Generator) -> Float[np.ndarray, "n latent"]:
        """Draw one z from each image's normal: a stratified sample of the aggregate posterior."""
        drawn: Float[np.ndarray, "n latent"] = self.mean + self.deviation * rng.standard_normal(self.mean.shape)
        return drawn

    def select(self, units: Bool[np.ndarray, " latent"]) -> "Encodings":
        """Return the marginals of the chosen units."""
        return Encodings(self.mean[:, units], self.deviation[:, units])


def encode(model: LatentVariableModel, x: UInt8[np.ndarray, "n pixels"], device: torch.device) -> Encodings:
    """Encode binary images, and convert their posteriors to double precision."""
    parts = []
    with torch.no_grad():
        for first in range(0, len(x), BLOCK):
            posterior = model.posterior(torch.from_numpy(x[first : first + BLOCK]).to(device).float())
            parts.append((posterior.mean.double().cpu().numpy(), posterior.stddev.double().cpu().numpy()))
    return Encodings(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def divergences(encodings: Encodings) -> Float[np.ndarray, "n latent"]:
    """Return KL(q(z_u | x) || p(z_u)) of every image and unit, in nats."""
    mean, deviation = encodings
    found: Float[np.ndarray, "n latent"] = (mean**2 + deviation**2 - 1) / 2 - np.log(deviation)
    return found
