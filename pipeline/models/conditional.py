"""Conditional variational autoencoder: z ~ N(0, I), then every pixel ~ Bernoulli(f(z, y)), y known.

The ideal proposal for one image is p(z | x, y), so the encoder takes (x, y). The label is a covariate and not
random: no divergence is taken over it.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.distributions import Distribution
from torch.nn.functional import one_hot

from pipeline.models.distributions import BernoulliPixels, diagonal_normal, gaussian_head
from pipeline.models.networks import mlp


class ConditionalVAE(nn.Module):
    """Bernoulli variational autoencoder of images whose labels are given.

    Args:
        pixels: of one image.
        hidden: units of each hidden layer, from the pixels inwards.
        latent_dim: coordinates of z.
        classes: values of the label.
    """

    SHAPE: ClassVar[frozenset[str]] = frozenset({"pixels", "hidden", "latent_dim", "classes"})
    """Arguments that `shape` gives."""
    zero: Tensor

    def __init__(self, pixels: int, hidden: tuple[int, ...], latent_dim: int, classes: int = 10) -> None:
        super().__init__()
        self.shape = {"pixels": pixels, "hidden": hidden, "latent_dim": latent_dim, "classes": classes}
        self.classes = classes
        self.encoder = mlp(pixels + classes, *hidden, 2 * latent_dim)
        self.decoder = mlp(latent_dim + classes, *reversed(hidden), pixels)
        self.register_buffer("zero", torch.zeros(latent_dim), persistent=False)

    def given(self, y: Int64[Tensor, " n"]) -> "Given":
        """Return the density p(x | y) of images with these labels."""
        return Given(self, one_hot(y, self.classes).to(self.zero.dtype))


@dataclass(frozen=True)
class Given:
    """Conditional model with its labels fixed, one per image."""

    model: ConditionalVAE
    label: Float[Tensor, "n classes"]

    @property
    def prior(self) -> Distribution:
        """Return p(z) = N(0, I), whatever the label."""
        return diagonal_normal(self.model.zero, torch.ones_like(self.model.zero))

    def posterior(self, x: Float[Tensor, "n pixels"]) -> Distribution:
        """Return q(z | x, y), normal with the encoder's mean and deviations."""
        return gaussian_head(self.model.encoder(torch.cat([x, self.label], dim=-1)))

    def likelihood(self, z: Float[Tensor, "*batch latent"]) -> BernoulliPixels:
        """Return p(x | z, y), pixels independent with the decoder's logits."""
        label = self.label.expand(*z.shape[:-1], -1)
        return BernoulliPixels(self.model.decoder(torch.cat([z, label], dim=-1)))
