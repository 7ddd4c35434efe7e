"""Points around a wiggly line, noisy on one side and almost without noise on the other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.config import RegressParams

END = 4.0
"""Inputs are between 0 and this."""


@dataclass(frozen=True)
class Points:
    """Inputs in growing order and outputs, one row a seed."""

    x: np.ndarray
    y: np.ndarray


def truth(x: np.ndarray, params: RegressParams) -> tuple[np.ndarray, np.ndarray]:
    """The line sin 3x + 0.3 sin 9x, and the noise's standard deviation, which grows with the square of x."""
    return np.sin(3 * x) + 0.3 * np.sin(9 * x), params.quiet + (params.loud - params.quiet) * (x / END) ** 2


def draw(params: RegressParams, points: int, source: Callable[[int], np.random.Generator]) -> Points:
    """That many points for every seed, from a generator of its own."""
    rows = [_draw_one(params, points, source(seed)) for seed in range(params.seeds)]
    x, y = (np.stack(part).astype(np.float32) for part in zip(*rows, strict=True))
    return Points(x, y)


def _draw_one(params: RegressParams, points: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    x = np.sort(rng.uniform(0, END, points))
    line, sigma = truth(x, params)
    return x, line + sigma * rng.normal(size=points)
