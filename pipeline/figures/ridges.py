"""Histograms of differences, one below the other, with a heading for each that names the largest difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.scale import SymmetricalLogTransform

from pipeline.figures.palette import FAINT, INK
from pipeline.figures.panels import TEXT, panel_axes
from pipeline.figures.rows import MARGIN, scale_differences
from pipeline.figures.style import plain

COMMON = 0.95
"""Share of the differences for which the scale is linear; it is logarithmic beyond."""
STEPS = (1, 2, 5)
"""Multiples of a power of ten at which the linear part of the scale may end."""
LINSCALE = 2.0
"""Length of the linear part to either side of zero, where a factor of ten has length one."""
BINS = 61
"""Number of bins over the scale: odd, so that one is centred on zero where the scale is symmetric."""
LEAST = 0.1
"""Least height of a bin that holds an image, as a share of the highest, so that a single image can be seen."""
BASE, PITCH = 0.34, 0.78
"""Height in inches of the highest bin, and of a histogram with its heading and the space below."""


@dataclass(frozen=True)
class Ridge:
    """Differences in nats, one row per image: id, subset, difference and contradiction."""

    label: str
    table: pd.DataFrame
    colour: str

    @property
    def heading(self) -> str:
        """Return the label with the number of images, and which difference is the largest."""
        far = self.table.iloc[int(self.table["difference"].abs().argmax())]
        known = int(self.table["contradiction"].sum())
        noted = f"; {known} contradict{'s' if known == 1 else ''}" if known else ""
        largest = f"largest {plain(far['difference'], 2, signed=True)}: {far['subset']}, image {far['id']}"
        return f"{self.label} ({len(self.table):,}{noted})\n{largest}"


class Scale(NamedTuple):
    """A scale that is linear up to `linear` nats to either side of zero, logarithmic beyond, with ends."""

    linear: float
    low: float
    high: float

    @property
    def edges(self) -> np.ndarray:
        """Return the edges of bins that are equally wide on the scale."""
        scale = SymmetricalLogTransform(10, self.linear, LINSCALE)
        low, high = np.asarray(scale.transform_non_affine(np.array([self.low, self.high])), float).tolist()
        return np.asarray(scale.inverted().transform_non_affine(np.linspace(low, high, BINS + 1)), float)


def scale_of(every: np.ndarray) -> Scale:
    """Return a scale for these differences whose linear part holds most of them."""
    wanted = max(float(np.quantile(np.abs(every), COMMON)), 1e-6)
    power = 10.0 ** np.floor(np.log10(wanted))
    linear = min(step * power for step in (*STEPS, 10) if step * power >= wanted)
    low, high = float(every.min()), float(every.max())
    return Scale(linear, MARGIN * low if low < -linear else -linear, MARGIN * high if high > linear else linear)


def draw_ridges(title: str, ridges: Sequence[Ridge], scale: Scale, label: str) -> Axes:
    """Draw a panel of histograms on one scale of differences.

    Args:
        title: of the panel.
        ridges: the first on top; an image whose two estimates contradict each other has a ring.
        scale: of the differences.
        label: of the scale.
    """
    axes = panel_axes(0.75 + PITCH * len(ridges), title=title, xlabel=label)
    for row, ridge in enumerate(ridges):
        _draw(axes, ridge, scale.edges, PITCH * (len(ridges) - 1 - row))
    scale_differences(axes, (scale.low, scale.high), linear=scale.linear, linscale=LINSCALE)
    axes.set(yticks=[], ylim=(-0.1, PITCH * len(ridges)))
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    return axes


def _draw(axes: Axes, ridge: Ridge, edges: np.ndarray, base: float) -> None:
    values = ridge.table["difference"].to_numpy(float)
    counts, _ = np.histogram(values, edges)
    heights = np.where(counts > 0, np.maximum(counts / counts.max(), LEAST), 0)
    axes.stairs(base + BASE * heights, edges, baseline=base, fill=True, facecolor=ridge.colour)
    axes.vlines(0, base - 0.05, base + BASE, color=INK, linewidth=0.9)
    axes.hlines(base, edges[0], edges[-1], color=FAINT, linewidth=0.6)
    far = values[ridge.table["contradiction"].to_numpy(bool)]
    axes.plot(far, np.full(len(far), base), "o", color=INK, markerfacecolor="none", markersize=7, markeredgewidth=0.9)
    axes.text(
        0,
        base + BASE + 0.02,
        ridge.heading,
        transform=axes.get_yaxis_transform(),
        va="bottom",
        fontsize=TEXT,
        linespacing=1.15,
    )
