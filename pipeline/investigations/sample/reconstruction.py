"""Reconstructions of images: latent points at growing multiples of the posterior's standard deviation."""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from pipeline.models.density import LatentVariableModel


def noisy(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    multiples: Sequence[float],
    rng: np.random.Generator,
) -> Float[Tensor, "multiples n latent"]:
    """Compute latent points `mean + multiple * deviation * noise` of the encoder's posterior, one noise per image.

    Multiple 0 is the posterior's mean and multiple 1 a draw from the posterior; larger ones lie further out in the
    same direction.
    """
    with torch.inference_mode():
        q = model.posterior(x)
        noise = torch.from_numpy(rng.standard_normal(tuple(q.mean.shape), dtype=np.float32)).to(x.device)
        scale = torch.tensor(multiples, dtype=torch.float32, device=x.device)[:, None, None]
        return q.mean + scale * q.stddev * noise


def fidelity(
    model: LatentVariableModel,
    x: Float[Tensor, "n pixels"],
    multiples: Sequence[float],
    rng: np.random.Generator,
) -> Float64[np.ndarray, "multiples n"]:
    """Compute each image's log p(x | z) in nats at its own latent points; see `noisy`."""
    with torch.inference_mode():
        return np.asarray(model.likelihood(noisy(model, x, multiples, rng)).log_prob(x).cpu())
