"""Length of z and entropy of the pixels along the paths from one image to another."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import chi2

from pipeline.figures.palette import BAND, FAINT, INK
from pipeline.figures.style import house_style, legend_below, new_figure
from pipeline.investigations.sample.arrays import WAYS
from pipeline.numbers.sample import shell

LINES = {
    "means": (INK, "-", "means"),
    "samples": (INK, "--", "samples"),
    "distribution": (INK, ":", "distribution, new noise"),
    "coupled": (FAINT, "-", "distribution, one noise"),
}
"""Colour, dashes and name of each way; the colours are neither of a class nor of a model."""


@house_style()
def paths(arrays: Mapping[str, np.ndarray], confidence: float) -> Figure:
    """Draw the mean length of z and the mean entropy of the pixels along the paths of all pairs, one line per way.

    Args:
        arrays: t; latent, the number of dimensions of z; norm and entropy by way, step and pair.
        confidence: share of the prior's draws in the central shell that is shaded.
    """
    figure = new_figure(3.0)
    left, right = figure.subplots(1, 2)
    latent = int(arrays["latent"])
    left.axhspan(*shell(latent, confidence), color=BAND, zorder=0)
    left.axhline(float(np.sqrt(chi2.ppf(0.5, latent))), color=FAINT, linewidth=0.8, zorder=0.5)
    _draw(left, arrays["t"], arrays["norm"])
    _draw(right, arrays["t"], arrays["entropy"])
    left.set(title="distance from the origin", xlabel="t", ylabel="mean |z|", ylim=(0, None))
    right.set(title="entropy of the pixels given z", xlabel="t", ylabel="mean H(X | z) (nats)")
    legend_below(figure, left.get_lines()[1:])
    return figure


def _draw(axes: Axes, t: np.ndarray, values: np.ndarray) -> None:
    for way, own in zip(WAYS, values, strict=True):
        colour, dashes, name = LINES[way]
        axes.plot(t, own.mean(axis=1), color=colour, linestyle=dashes, linewidth=1.6, label=name)
