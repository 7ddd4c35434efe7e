"""Conditional variational autoencoder: z ~ N(0, I), then every pixel ~ Bernoulli(f(z, y)), y known.

The ideal proposal for one image is p(z | x, y), so the encoder takes (x, y). The label is a covariate and not
random: no divergence is taken over it. Two variants show what these choices are worth: an encoder that takes x alone,
and a label that is one number in place of one-hot.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

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
        label: how the networks are given the label; see `encode`.
        encoder_sees_label: whether q(z | x, y) depends on y.
        classes: values of the label.
    """

    SHAPE: ClassVar[frozenset[str]] = frozenset(
        {"pixels", "hidden", "latent_dim", "label", "encoder_sees_label", "classes"}
    )
    """Arguments that `shape` gives."""
    zero: Tensor

    def __init__(
        self,
        pixels: int,
        hidden: tuple[int, ...],
        latent_dim: int,
        label: Literal["one-hot", "number"] = "one-hot",
        encoder_sees_label: bool = True,
        classes: int = 10,
    ) -> None:
        super().__init__()
        self.shape = {"pixels": pixels, "hidden": hidden, "latent_dim": latent_dim}
        self.shape |= {"label": label, "encoder_sees_label": encoder_sees_label, "classes": classes}
        self.label, self.encoder_sees_label, self.classes = label, encoder_sees_label, classes
        inputs = classes if label == "one-hot" else 1
        self.encoder = mlp(pixels + inputs * encoder_sees_label, *hidden, 2 * latent_dim)
        self.decoder = mlp(latent_dim + inputs, *reversed(hidden), pixels)
        self.register_buffer("zero", torch.zeros(latent_dim), persistent=False)

    def encode(self, y: Int64[Tensor, " n"]) -> Float[Tensor, "n inputs"]:
        """Return labels as inputs: one-hot, or one number, with mean 0 and variance 1 over equally frequent labels."""
        if self.label == "one-hot":
            return one_hot(y, self.classes).to(self.zero.dtype)
        deviation = math.sqrt((self.classes**2 - 1) / 12)
        return (y.to(self.zero.dtype).unsqueeze(1) - (self.classes - 1) / 2) / deviation

    def given(self, y: Int64[Tensor, " n"]) -> "Given":
        """Return the density p(x | y) of images with these labels."""
        return Given(self, self.encode(y))


@dataclass(frozen=True)
class Given:
    """Conditional model with its labels fixed, one per image."""

    model: ConditionalVAE
    label: Float[Tensor, "n inputs"]

    @property
    def prior(self) -> Distribution:
        """Return p(z) = N(0, I), whatever the label."""
        return diagonal_normal(self.model.zero, torch.ones_like(self.model.zero))

    def posterior(self, x: Float[Tensor, "n pixels"]) -> Distribution:
        """Return q(z | x, y), or q(z | x) if the encoder does not see y: normal, the encoder's mean and deviations."""
        seen = torch.cat([x, self.label], dim=-1) if self.model.encoder_sees_label else x
        return gaussian_head(self.model.encoder(seen))

    def likelihood(self, z: Float[Tensor, "*batch latent"]) -> BernoulliPixels:
        """Return p(x | z, y), pixels independent with the decoder's logits."""
        label = self.label.expand(*z.shape[:-1], -1)
        return BernoulliPixels(self.model.decoder(torch.cat([z, label], dim=-1)))
