"""Simulated data for the regression: a nonlinear function with noise whose standard deviation grows along x."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from pipeline.config import RegressParams

Values = Float[np.ndarray, "*shape"]

END = 4.0
"""Inputs lie between 0 and this value."""


@dataclass(frozen=True)
class Points:
    """Inputs, sorted, and outputs, one row per seed."""

    x: Float[np.ndarray, "seeds points"]
    y: Float[np.ndarray, "seeds points"]


def truth(x: Values, params: RegressParams) -> tuple[Values, Values]:
    """Return the true function sin 3x + 0.3 sin 9x, and the noise's standard deviation quiet + (loud - quiet)(x/4)²."""
    line = np.sin(3 * x) + 0.3 * np.sin(9 * x)
    noise = params.quiet + (params.loud - params.quiet) * (x / END) ** 2
    return line, noise


def draw(params: RegressParams, points: int, source: Callable[[int], np.random.Generator]) -> Points:
    """Draw this many points for each seed, from the generator that `source` returns for the seed."""
    rows = [_draw_one(params, points, source(seed)) for seed in range(params.seeds)]
    x, y = (np.stack(part).astype(np.float32) for part in zip(*rows, strict=True))
    return Points(x, y)


def _draw_one(params: RegressParams, points: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    x = np.sort(rng.uniform(0, END, points))
    line, sigma = truth(x, params)
    return x, line + sigma * rng.normal(size=points)
