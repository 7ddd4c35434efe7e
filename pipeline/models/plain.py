"""Variational autoencoder: z ~ N(0, I), then every pixel ~ Bernoulli(f(z))."""

from typing import ClassVar

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.distributions import Distribution

from pipeline.models.distributions import BernoulliPixels, diagonal_normal, gaussian_head
from pipeline.models.networks import mlp


class VAE(nn.Module):
    """Bernoulli variational autoencoder.

    Args:
        pixels: of one image.
        hidden: units of each hidden layer, from the pixels inwards.
        latent_dim: coordinates of z.
    """

    SHAPE: ClassVar[frozenset[str]] = frozenset({"pixels", "hidden", "latent_dim"})
    """Arguments that `shape` gives."""
    zero: Tensor

    def __init__(self, pixels: int, hidden: tuple[int, ...], latent_dim: int) -> None:
        super().__init__()
        self.shape = {"pixels": pixels, "hidden": hidden, "latent_dim": latent_dim}
        self.encoder = mlp(pixels, *hidden, 2 * latent_dim)
        self.decoder = mlp(latent_dim, *reversed(hidden), pixels)
        self.register_buffer("zero", torch.zeros(latent_dim), persistent=False)

    @property
    def prior(self) -> Distribution:
        """Return p(z) = N(0, I)."""
        return diagonal_normal(self.zero, torch.ones_like(self.zero))

    def posterior(self, x: Float[Tensor, "n pixels"]) -> Distribution:
        """Return q(z | x), normal with the encoder's mean and deviations."""
        return gaussian_head(self.encoder(x))

    def likelihood(self, z: Float[Tensor, "*batch latent"]) -> BernoulliPixels:
        """Return p(x | z), pixels independent with the decoder's logits."""
        return BernoulliPixels(self.decoder(z))

    def given(self, y: Int64[Tensor, " n"]) -> "VAE":  # noqa: ARG002 (a plain model ignores labels)
        """Return the model itself, which ignores labels."""
        return self
