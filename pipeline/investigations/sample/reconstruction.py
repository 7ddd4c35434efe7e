"""An image again, from its posterior: at the mean, at a draw, and at growing multiples of the spread."""

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
    """Latent points `mean + multiple * deviation * noise` of the encoder's posterior, one noise an image.

    Multiple 0 is the posterior's mean and multiple 1 a draw from the posterior; a larger one goes the same
    way further.
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
    """Each image's log p(x | z) in nats at its own noisy latent points; see `noisy`."""
    with torch.inference_mode():
        return np.asarray(model.likelihood(noisy(model, x, multiples, rng)).log_prob(x).cpu())
