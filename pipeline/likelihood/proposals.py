"""Where importance sampling looks for the latent points that explain an image."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution


class Draws(NamedTuple):
    """Latent points and the log density, in nats, with which the proposal draws them."""

    z: Float[Tensor, "k n latent"]
    log_density: Float[Tensor, "k n"]
    far: int = 0
    """How many of the last draws are spread over the whole prior; a hint that only moves work about."""


def encoder_draws(posterior: Distribution, noise: Float[Tensor, "k n latent"]) -> Draws:
    """Draws from the encoder's normal q(z | x), one column an image.

    Args:
        posterior: q(z | x) of n images, with a mean and a standard deviation.
        noise: standard normal.
    """
    z = posterior.mean + posterior.stddev * noise
    return Draws(z, posterior.log_prob(z))
