"""The prior p(z) as the estimator uses it: draws, and log p(z) to second order.

A prior with independent normal coordinates has both in closed form. Any other prior is sampled with its own
`sample`, and differentiated automatically.
"""

from dataclasses import dataclass
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, Independent, Normal

from pipeline.core.derivatives import gradient, hessian
from pipeline.core.streams import StreamFactory, draw
from pipeline.models.density import LatentVariableModel


@runtime_checkable
class Prior(Protocol):
    """Draws from p(z), and its logarithm in nats with derivatives."""

    def log_prob(self, z: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z) in nats."""

    def points(self, points: int, rng: np.random.Generator) -> Float[Tensor, "points latent"]:
        """Draw points that all images share."""

    def draw(self, noise: Float[Tensor, "k n latent"], streams: StreamFactory) -> Float[Tensor, "k n latent"]:
        """Draw k points per image.

        Args:
            noise: standard normal; a normal prior needs no other random numbers.
            streams: the images' random numbers, for a prior that is drawn from in another way.
        """

    def slope(self, z: Float[Tensor, "*batch latent"]) -> tuple[Tensor, Float[Tensor, "*batch latent"]]:
        """Return log p(z) and its gradient."""

    def expand(self, z: Float[Tensor, "*batch latent"]) -> tuple[Tensor, Float[Tensor, "*batch latent"], Tensor]:
        """Return log p(z), its gradient, and a positive definite precision: its negative curvature, bounded below.

        The precision is of shape (latent, latent), or has one such matrix per point.
        """


def prior_of(model: LatentVariableModel) -> Prior:
    """Return the prior of `model` with what the estimator needs beyond a distribution."""
    prior = model.prior
    return NormalPrior(prior) if is_diagonal_normal(prior) else GeneralPrior(model)


def is_diagonal_normal(distribution: Distribution) -> TypeGuard["Independent[Normal]"]:
    """Return whether a distribution has independent normal coordinates, written `Independent(Normal(…), 1)`."""
    return (
        isinstance(distribution, Independent)
        and isinstance(distribution.base_dist, Normal)
        and len(distribution.event_shape) == 1
    )


def is_standard_normal(distribution: Distribution) -> bool:
    """Return whether a distribution is N(0, I)."""
    return is_diagonal_normal(distribution) and bool(
        (distribution.mean == 0).all() and (distribution.stddev == 1).all()
    )


@dataclass(frozen=True)
class NormalPrior:
    """A prior with independent normal coordinates; see `Prior`."""

    distribution: "Independent[Normal]"

    def log_prob(self, z: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z) in nats."""
        value: Tensor = self.distribution.log_prob(z)
        return value

    def points(self, points: int, rng: np.random.Generator) -> Float[Tensor, "points latent"]:
        """Draw points that all images share."""
        normal = rng.standard_normal((points, *self.distribution.event_shape), dtype=np.float32)
        mean = self.distribution.mean
        return mean + self.distribution.stddev * torch.from_numpy(normal).to(mean.device)

    def draw(self, noise: Float[Tensor, "k n latent"], streams: StreamFactory) -> Float[Tensor, "k n latent"]:  # noqa: ARG002 (the noise is enough)
        """Shift and stretch the noise."""
        return self.distribution.mean + self.distribution.stddev * noise

    def slope(self, z: Float[Tensor, "*batch latent"]) -> tuple[Tensor, Float[Tensor, "*batch latent"]]:
        """Return log p(z) and its gradient."""
        return self.log_prob(z), -(z - self.distribution.mean) / self.distribution.variance

    def expand(self, z: Float[Tensor, "*batch latent"]) -> tuple[Tensor, Float[Tensor, "*batch latent"], Tensor]:
        """Return log p(z), its gradient and the prior's precision, the same at every point."""
        value, slope = self.slope(z)
        return value, slope, torch.diag(1 / self.distribution.variance)


@dataclass(frozen=True)
class GeneralPrior:
    """A prior of any other kind, such as a mixture or a normalising flow; see `Prior`.

    `model.prior` is evaluated anew for every derivative, since a tensor that was made in torch's inference mode
    cannot be differentiated through.
    """

    model: LatentVariableModel

    def log_prob(self, z: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
        """Return log p(z) in nats."""
        return self.model.prior.log_prob(z)

    def points(self, points: int, rng: np.random.Generator) -> Float[Tensor, "points latent"]:
        """Draw points that all images share."""
        return draw(self.model.prior, (points,), rng)

    def draw(self, noise: Float[Tensor, "k n latent"], streams: StreamFactory) -> Float[Tensor, "k n latent"]:
        """Draw from the prior itself; only the length of `noise` is used."""
        return streams.named("prior").sample(self.model.prior, len(noise))

    def slope(self, z: Float[Tensor, "*batch latent"]) -> tuple[Tensor, Float[Tensor, "*batch latent"]]:
        """Return log p(z) and its gradient."""
        return gradient(self.log_prob, z)

    def expand(self, z: Float[Tensor, "*batch latent"]) -> tuple[Tensor, Float[Tensor, "*batch latent"], Tensor]:
        """Return log p(z), its gradient, and its negative curvature at every point.

        Between two hills of the prior log p(z) curves upwards. There, and wherever it is flat, the precision is
        raised to that of a normal distribution as wide as the whole prior.
        """
        value, slope, curvature = hessian(self.log_prob, z)
        precision, axes = torch.linalg.eigh(-curvature)
        least = _least_precision(self.model.prior)
        return value, slope, (axes * precision.clamp(min=least).unsqueeze(-2)) @ axes.mT


def _least_precision(prior: Distribution) -> float:
    """Return one over the largest variance of a coordinate, and 1 where the prior has no finite variance."""
    try:
        widest = float(prior.variance.max())
    except NotImplementedError:  # torch's base class raises this where a distribution has no `variance`
        return 1.0
    return 1 / widest if 0 < widest < float("inf") else 1.0
