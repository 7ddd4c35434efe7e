"""Which part of a change of log likelihood comes from f, to first and to second order, and which from σ."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Parts:
    """The change of log N(y; f, σ²) of each point when f and σ change, in three parts that add up to it, in nats.

    Attributes:
        first: r Δf / σ², the slope in f times its change, with the residual r = y - f and σ before the change.
        second: -(Δf)² / 2σ²: what a move of f costs whatever its direction; there is no higher order.
        noise: what the change of σ does at the residual after the change.
    """

    first: np.ndarray
    second: np.ndarray
    noise: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """The whole change."""
        whole: np.ndarray = self.first + self.second + self.noise
        return whole


def decompose(y: np.ndarray, f: np.ndarray, sigma: np.ndarray, f_new: np.ndarray, sigma_new: np.ndarray) -> Parts:
    """Take the change from f and σ to the new ones apart, point by point, in double precision.

    The change at the old σ is that of a parabola in f, so its two orders are exact; σ changes after f.
    """
    y, f, sigma, f_new, sigma_new = (np.asarray(part, np.float64) for part in (y, f, sigma, f_new, sigma_new))
    move = f_new - f
    first, second = (y - f) * move / sigma**2, -(move**2) / (2 * sigma**2)
    noise = np.log(sigma / sigma_new) + (y - f_new) ** 2 / 2 * (1 / sigma**2 - 1 / sigma_new**2)
    return Parts(first, second, noise)
