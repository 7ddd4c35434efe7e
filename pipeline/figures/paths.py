"""Length of z, voids and entropy of the pixels along the paths from one image to another."""

from collections.abc import Mapping

import numpy as np
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
    "circle": (INK, "-.", "great circle"),
}
"""Colour, dashes and name of each way; the colours are neither of a class nor of a model."""


@house_style()
def paths(arrays: Mapping[str, np.ndarray], void: float, confidence: float) -> Figure:
    """Draw length, share in voids and entropy of the pixels along the paths of all pairs, one line per way.

    Args:
        arrays: t; active, the number of active units; by way, step and pair: norm, the length over these; log_ratio,
            that of aggregate posterior and prior; and entropy.
        void: ratio of aggregate posterior and prior below which a point lies in a void.
        confidence: share of the prior's draws in the central shell that is shaded.
    """
    figure = new_figure(3.1)
    panels = figure.subplots(1, 3)
    active = int(arrays["active"])
    panels[0].axhspan(*shell(active, confidence), color=BAND, zorder=0)
    panels[0].axhline(float(np.sqrt(chi2.ppf(0.5, active))), color=FAINT, linewidth=0.8, zorder=0.5)
    drawn = {
        f"|z| over {active} active units": arrays["norm"],
        "paths in voids (%)": 100 * (arrays["log_ratio"] < np.log(void)),
        "H(X | z) (nats)": arrays["entropy"],
    }
    titles = ("length", "voids", "entropy of the pixels")
    for axes, title, (label, values) in zip(panels, titles, drawn.items(), strict=True):
        for way, own in zip(WAYS, values, strict=True):
            colour, dashes, name = LINES[way]
            axes.plot(arrays["t"], own.mean(axis=1), color=colour, linestyle=dashes, linewidth=1.6, label=name)
        axes.set(title=title, xlabel="t", ylabel=label)
    panels[0].set_ylim(0, None)
    legend_below(figure, panels[1].get_lines())
    return figure
