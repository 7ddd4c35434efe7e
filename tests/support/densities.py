"""Small models whose likelihood is known by other means."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.distributions import Distribution, Independent, MultivariateNormal, Normal
from torch.nn.functional import softplus

from pipeline.config import ModelParams
from pipeline.core.rng import stream
from pipeline.models.build import build, start


def small_vae(
    pixels=10, latent_dim=2, *, conditional=False, label="one-hot", encoder_sees_label=True, seed=0, scale=4.0
):
    """An untrained model whose latent dimensions matter: its decoder's last layer is scaled up."""
    params = ModelParams(
        kind="vae",
        latent_dim=latent_dim,
        label=label if conditional else "none",
        encoder_sees_label=conditional and encoder_sees_label,
        train_on="core",
        binarisation="stochastic",
        seed=seed,
        epochs=80,
        score_on="all",
    )
    model = build(pixels, (16,), params)
    start(model, np.linspace(0.2, 0.8, pixels), stream(seed, "small"))
    with torch.no_grad():
        model.decoder[-1].weight.mul_(scale)
    return model


def normals(*shape, seed=0):
    """Standard normal numbers, the same for the same seed."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def every_image(pixels):
    """All binary images of so many pixels, one a row."""
    return np.array(list(itertools.product([0, 1], repeat=pixels)), dtype=np.uint8)


def grid_log_likelihood(model, x, half_width=8.0, points=4001):
    """Log p(x) of a model with one latent dimension, by the trapezium rule."""
    z = torch.linspace(-half_width, half_width, points)[:, None, None]
    with torch.no_grad():
        joint = model.likelihood(z.expand(-1, len(x), -1)).log_prob(x) + model.prior.log_prob(z)
    return torch.logsumexp(joint.double(), dim=0) + math.log(2 * half_width / (points - 1))


@torch.no_grad()
def plane_log_likelihood(model, x, half_width=8.0, points=641):
    """Log p(x) of a model with two latent dimensions and pixels for which it has logits, by a fine grid."""
    axis = torch.linspace(-half_width, half_width, points)
    z = torch.cartesian_prod(axis, axis)
    logits = model.likelihood(z).logits.double()
    rest = model.prior.log_prob(z).double() - softplus(logits).sum(dim=1) + 2 * math.log(2 * half_width / (points - 1))
    parts = torch.from_numpy(x).double().split(32)
    return torch.cat([torch.logsumexp(torch.addmm(rest[:, None], logits, part.T), dim=0) for part in parts]).numpy()


@dataclass(frozen=True)
class LinearGaussian:
    """Probabilistic principal components: x = W z + noise, whose marginal is normal."""

    loading: Tensor
    noise: float
    slack: float = 1.3

    @property
    def prior(self) -> Distribution:
        latent = self.loading.shape[1]
        return Independent(Normal(torch.zeros(latent), torch.ones(latent)), 1)

    def posterior(self, x: Tensor) -> Distribution:
        """The right mean, with independent deviations a little too wide."""
        precision = torch.eye(self.loading.shape[1]) + self.loading.T @ self.loading / self.noise**2
        mean = torch.linalg.solve(precision, self.loading.T @ x.T / self.noise**2).T
        deviation = self.slack * torch.linalg.inv(precision).diagonal().sqrt()
        return Independent(Normal(mean, deviation.expand_as(mean)), 1)

    def likelihood(self, z: Tensor) -> Distribution:
        return Independent(Normal(z @ self.loading.T, self.noise), 1)

    def log_marginal(self, x: Tensor) -> Tensor:
        pixels = len(self.loading)
        covariance = self.loading @ self.loading.T + self.noise**2 * torch.eye(pixels)
        return MultivariateNormal(torch.zeros(pixels), covariance).log_prob(x)
