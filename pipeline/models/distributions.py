"""The three distributions of a Bernoulli variational autoencoder."""

from typing import ClassVar

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal
from torch.distributions.constraints import Constraint
from torch.nn.functional import softplus

Shape = torch.Size | list[int] | tuple[int, ...]
NO_SHAPE = torch.Size()


def diagonal_normal(mean: Float[Tensor, "*batch latent"], deviation: Float[Tensor, "*batch latent"]) -> Distribution:
    """Independent normal coordinates of one latent point."""
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
    def mean(self) -> Float[Tensor, "*batch pixels"]:
        """Probability that each pixel is 1."""
        return torch.sigmoid(self.logits)

    def sample(self, sample_shape: Shape = NO_SHAPE) -> Float[Tensor, "*shape pixels"]:
        """Binary images, drawn with torch's global generator."""
        return torch.bernoulli(self.mean.expand(self._extended_shape(torch.Size(sample_shape))))

    def log_prob(self, value: Float[Tensor, "n pixels"]) -> Float64[Tensor, "*batch"]:
        """Sum over pixels of x l - log(1 + e^l), in nats; never in less than single precision, added up in double."""
        with torch.autocast(self.logits.device.type, enabled=False):
            linear = torch.einsum("...np,np->...n", self.logits, value)
            return linear.double() - softplus(self.logits).sum(dim=-1, dtype=torch.float64)


def gaussian_head(output: Float[Tensor, "*batch twice"]) -> Distribution:
    """A normal from a network's output: the first half its mean, the second its log variance."""
    mean, log_variance = output.float().chunk(2, dim=-1)
    return diagonal_normal(mean, torch.exp(0.5 * log_variance))
