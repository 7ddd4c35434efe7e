"""Hamiltonian Monte Carlo for many chains and images at once, on log densities that are weighted sums of terms.

A path from one density to another changes only the weights, so the terms and gradients at a point are computed once
and used for every density of the path.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Float64
from torch import Tensor

Terms = Callable[[Tensor], Sequence[Tensor]]
"""Maps latent points (chains, n, latent) to the terms of their log density, each (chains, n), in nats."""


class Point(NamedTuple):
    """The position of every chain of every image, with the terms of the log density there and their gradients."""

    z: Float[Tensor, "chains n latent"]
    terms: Float64[Tensor, "terms chains n"]
    gradients: Float[Tensor, "terms chains n latent"]

    def log_density(self, weights: Float64[Tensor, " terms"]) -> Float64[Tensor, "chains n"]:
        """Return the weighted sum of the terms, in nats."""
        return torch.einsum("t,tcn->cn", weights, self.terms)

    def force(self, weights: Float64[Tensor, " terms"]) -> Float[Tensor, "chains n latent"]:
        """Return the gradient of `log_density`."""
        return torch.einsum("t,tcnl->cnl", weights.to(self.gradients.dtype), self.gradients)

    def where(self, chosen: Bool[Tensor, "chains n"], other: "Point") -> "Point":
        """Take this point's chains where `chosen` is true, and the other's elsewhere."""
        return Point(
            torch.where(chosen[..., None], self.z, other.z),
            torch.where(chosen, self.terms, other.terms),
            torch.where(chosen[..., None], self.gradients, other.gradients),
        )


def evaluate(terms: Terms, z: Float[Tensor, "chains n latent"]) -> Point:
    """Compute the terms at `z` and their gradients, by automatic differentiation with respect to `z` only."""
    with torch.enable_grad():
        free = z.detach().requires_grad_()
        values = terms(free)
        gradients = [torch.autograd.grad(value.sum(), free)[0] for value in values]
    return Point(free.detach(), torch.stack([value.detach().double() for value in values]), torch.stack(gradients))


def leapfrog(
    terms: Terms,
    weights: Float64[Tensor, " terms"],
    point: Point,
    momentum: Float[Tensor, "chains n latent"],
    step: Float[Tensor, "chains n latent"],
    steps: int,
) -> tuple[Point, Float[Tensor, "chains n latent"]]:
    """Follow Hamilton's equations of `H = |momentum|^2 / 2 - log density` for `steps` steps of size `step`.

    Every coordinate has its own step size. The map preserves volume and is reversible: from its end, with the
    momentum negated, it leads back to the start.

    Returns:
        The end of every chain, and its momentum there.

    References:
        Neal (2011), MCMC using Hamiltonian dynamics, section 2.3.
    """
    for _ in range(steps):
        momentum = momentum + step / 2 * point.force(weights)
        point = evaluate(terms, point.z + step * momentum)
        momentum = momentum + step / 2 * point.force(weights)
    return point, momentum


def transition(
    terms: Terms,
    weights: Float64[Tensor, " terms"],
    point: Point,
    momentum: Float[Tensor, "chains n latent"],
    uniform: Float[Tensor, "chains n"],
    step: Float[Tensor, "chains n latent"],
    steps: int,
) -> tuple[Point, Float64[Tensor, "chains n"]]:
    """Make one step of a reversible Markov chain that leaves the weighted density invariant.

    Args:
        terms: of the log density.
        weights: of the terms.
        point: the chains' position.
        momentum: standard normal.
        uniform: on [0, 1); a proposal is accepted where it is below the acceptance probability.
        step: size of a leapfrog step in each coordinate; it must not depend on the position.
        steps: leapfrog steps per proposal.

    Returns:
        The chains' next position, and the acceptance probability of each proposal: zero where the
        proposal is not finite.

    References:
        Neal (2011), MCMC using Hamiltonian dynamics, section 3.2.
    """
    proposal, arrived = leapfrog(terms, weights, point, momentum, step, steps)
    gain = proposal.log_density(weights) - point.log_density(weights) + _kinetic(momentum) - _kinetic(arrived)
    probability = torch.exp(torch.nan_to_num(gain, nan=-torch.inf).clamp(max=0))
    return proposal.where(uniform < probability, point), probability


def _kinetic(momentum: Float[Tensor, "chains n latent"]) -> Float64[Tensor, "chains n"]:
    return momentum.double().square().sum(dim=-1) / 2
