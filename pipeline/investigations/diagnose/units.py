"""Active latent units, and the change of the log likelihood when inactive ones are removed."""

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from pipeline.investigations.diagnose.encodings import Encodings
from pipeline.likelihood.proposals import Draws
from pipeline.likelihood.reductions import elbo, log_marginal
from pipeline.likelihood.weights import log_weights
from pipeline.models.density import LatentVariableModel

BLOCK = 50


def activity(encodings: Encodings) -> Float[np.ndarray, " latent"]:
    """Return Var_x(E[z_u | x]) of every unit, the variance over images of the encoder's mean.

    References:
        Burda, Grosse and Salakhutdinov (2016), Importance Weighted Autoencoders, section 5.2.
    """
    moved: Float[np.ndarray, " latent"] = encodings.mean.var(axis=0)
    return moved


def removal(
    model: LatentVariableModel,
    x: UInt8[np.ndarray, "n pixels"],
    kept: Bool[np.ndarray, " latent"],
    draws: int,
    rng: np.random.Generator,
    device: torch.device,
) -> dict[str, Float[np.ndarray, " n"]]:
    """Estimate the change of log p(x) when every unit that is not kept is fixed at the prior's mean.

    Both log likelihoods are estimated with the same draws from the encoder, so that their errors largely cancel. The
    prior and the proposal of a fixed unit drop out of the importance weight.

    Args:
        model: with a standard normal prior and diagonal normal posteriors.
        x: binary images.
        kept: true for each unit that is kept.
        draws: number of draws from the encoder per image.
        rng: makes the draws.
        device: of the model.

    Returns:
        The change of each image's `log_likelihood`, estimated by importance sampling, and of its `elbo`, in nats.
    """
    parts = []
    with torch.no_grad():
        for first in range(0, len(x), BLOCK):
            pixels = torch.from_numpy(x[first : first + BLOCK]).to(device).float()
            parts.append(_changes(model, pixels, torch.from_numpy(kept).to(device), draws, rng))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _changes(
    model: LatentVariableModel, x: Tensor, kept: Tensor, draws: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    q = model.posterior(x)
    noise = torch.from_numpy(rng.standard_normal((draws, *q.mean.shape), dtype=np.float32)).to(x.device)
    z = q.mean + q.stddev * noise
    zero = torch.zeros_like(q.mean)
    log_q = _log_normal(z, q.mean, q.stddev)
    whole = log_weights(model, x, Draws(z, log_q.sum(dim=-1)))
    fixed = torch.where(kept, z, zero)
    # log p of the fixed units at zero, which `log_weights` adds and which must cancel
    constant = _log_normal(zero, zero, zero + 1)[:, ~kept].sum(dim=-1)
    part = log_weights(model, x, Draws(fixed, (log_q * kept).sum(dim=-1) + constant))
    reductions = {"log_likelihood": log_marginal, "elbo": elbo}
    return {name: (reduce(part) - reduce(whole)).cpu().numpy() for name, reduce in reductions.items()}


def _log_normal(z: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    density: Tensor = torch.distributions.Normal(mean, deviation, validate_args=False).log_prob(z)
    return density
