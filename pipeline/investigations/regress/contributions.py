"""Contributions of f, to first and second order, and of σ to a change of a normal log likelihood."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Values = Float[np.ndarray, "*steps points"]


@dataclass(frozen=True)
class Contributions:
    """Three contributions to the change of log N(y; f, σ²) of each point, in nats; they add up to the change.

    With the residual r = y - f and σ before the change, and Δf the change of f:

    Attributes:
        first: r Δf / σ², the first order in Δf.
        second: -(Δf)² / 2σ², the second order in Δf, a loss whatever the sign of Δf; there is no higher order.
        noise: the effect of the change of σ, at the residual after the change of f.
    """

    first: Values
    second: Values
    noise: Values

    @property
    def total(self) -> Values:
        """Return the change of the log density of each point, in nats."""
        whole: Values = self.first + self.second + self.noise
        return whole


def decompose(y: Values, f: Values, sigma: Values, f_new: Values, sigma_new: Values) -> Contributions:
    """Decompose the change of log N(y; f, σ²) of each point, in double precision.

    f changes first and σ afterwards. At a fixed σ the log density is a parabola in f, so its two orders are exact.
    """
    y, f, sigma, f_new, sigma_new = (np.asarray(part, np.float64) for part in (y, f, sigma, f_new, sigma_new))
    move = f_new - f
    first = (y - f) * move / sigma**2
    second = -(move**2) / (2 * sigma**2)
    noise = np.log(sigma / sigma_new) + (y - f_new) ** 2 / 2 * (1 / sigma**2 - 1 / sigma_new**2)
    return Contributions(first, second, noise)
