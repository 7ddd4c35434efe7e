"""Distributions of a Bernoulli variational autoencoder."""

from typing import ClassVar

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal
from torch.distributions.constraints import Constraint, boolean, independent
from torch.linalg import vecdot
from torch.nn.functional import softplus

Shape = torch.Size | list[int] | tuple[int, ...]
NO_SHAPE = torch.Size()


def diagonal_normal(mean: Float[Tensor, "*batch latent"], deviation: Float[Tensor, "*batch latent"]) -> Distribution:
    """Return a normal distribution of latent points with independent coordinates."""
    return Independent(Normal(mean, deviation, validate_args=False), 1, validate_args=False)


class BernoulliPixels(Distribution):
    """Independent pixels of one image, each 1 with probability sigmoid(logit).

    Logits keep log p(x | z) finite where a probability would round to 0 or 1.

    Args:
        logits: batch shape and, last, the pixels.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {}

    def __init__(self, logits: Float[Tensor, "*batch pixels"]) -> None:
        self.logits = logits.float()
        super().__init__(logits.shape[:-1], logits.shape[-1:], validate_args=False)

    @property
    def support(self) -> Constraint:
        """Return the constraint to zeros and ones; of any other value `log_prob` is not a log probability."""
        return independent(boolean, 1)

    @property
    def mean(self) -> Float[Tensor, "*batch pixels"]:
        """Return the probability that each pixel is 1."""
        return torch.sigmoid(self.logits)

    def sample(self, sample_shape: Shape = NO_SHAPE) -> Float[Tensor, "*shape pixels"]:
        """Draw binary images with torch's global generator."""
        return torch.bernoulli(self.mean.expand(self._extended_shape(torch.Size(sample_shape))))

    def log_prob(self, value: Float[Tensor, "n pixels"]) -> Float64[Tensor, "*batch"]:
        """Return the sum over pixels of x l - log(1 + e^l) in nats.

        With one point per image, pixel by pixel is faster than a batch of matrix products, above all the gradient.
        """
        one_each = self.logits.shape == value.shape
        with torch.autocast(self.logits.device.type, enabled=False):
            linear = vecdot(self.logits, value) if one_each else torch.einsum("...np,np->...n", self.logits, value)
            return linear.double() - softplus(self.logits).sum(dim=-1).double()


def gaussian_head(output: Float[Tensor, "*batch twice"]) -> Distribution:
    """Return a normal from a network's output, whose first half is the mean and second half the log variance."""
    mean, log_variance = output.float().chunk(2, dim=-1)
    return diagonal_normal(mean, torch.exp(0.5 * log_variance))
