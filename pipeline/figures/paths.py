"""Paths from one image to another: the images along them, and their length, voids and entropy of the pixels."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import chi2

from pipeline.figures.board import draw_board
from pipeline.figures.palette import BAND, FAINT, INK
from pipeline.figures.panels import TEXT, add_legend, panel_axes, panels_of
from pipeline.figures.style import PANEL, house_style, new_panel
from pipeline.investigations.diagnose.ways import WAYS
from pipeline.numbers.paths import shell

Arrays = Mapping[str, np.ndarray]
LINES = {
    "means": (INK, "-", "means"),
    "samples": (INK, "--", "samples"),
    "distribution": (INK, ":", "distribution, new noise"),
    "coupled": (FAINT, "-", "distribution, one noise"),
    "circle": (INK, "-.", "great circle"),
}
"""Colour, dashes and name of each way; the colours are neither of a class nor of a model."""

IMAGES = {"path_probabilities": "probabilities", "path_draws": "pixels drawn with them"}
"""Arrays of images along the ways, and their names."""


@house_style()
def paths(arrays: Arrays, void: float, confidence: float) -> list[Figure]:
    """Draw length, share in voids and entropy of the pixels along the paths of all pairs, one line per way.

    The entropy is drawn less that along the means, from which the ways differ little at the ends.

    Args:
        arrays: of one model's diagnosis; see `pipeline.investigations.diagnose.paths.join`.
        void: ratio of aggregate posterior and prior below which a point lies in a void.
        confidence: share of the prior's draws in the central shell that is shaded.
    """
    units = int(arrays["path_units"])
    entropy = arrays["path_entropy"].mean(axis=2)
    drawn = {
        f"mean length of z over {units} active units": ("|z|", arrays["path_norm"].mean(axis=2)),
        "paths in voids": ("%", 100 * (arrays["path_log_ratio"] < np.log(void)).mean(axis=2)),
        "entropy of the pixels, less the means'": ("nats per image", entropy - entropy[WAYS.index("means")]),
    }
    panels = []
    for title, (unit, values) in drawn.items():
        axes = panel_axes(2.7, title=title, xlabel="t", ylabel=unit)
        for way, own in zip(WAYS, values, strict=True):
            colour, dashes, name = LINES[way]
            short = name.removeprefix("distribution, ")
            axes.plot(arrays["path_t"], own, color=colour, linestyle=dashes, linewidth=1.6, label=short)
        panels.append(axes)
    low, high = shell(units, confidence)
    panels[0].axhspan(low, high, facecolor=BAND, edgecolor=FAINT, linewidth=0.7, zorder=0)
    panels[0].axhline(float(np.sqrt(chi2.ppf(0.5, units))), color=FAINT, linewidth=0.8, zorder=0.5)
    panels[0].set_ylim(0, None)
    panels[1].set_ylim(0, max(1, panels[1].get_ylim()[1]))
    add_legend(panels[0], panels[0].get_lines()[: len(WAYS)])
    return panels_of(*panels)


@house_style()
def interpolation(arrays: Arrays) -> list[Figure]:
    """Draw the pair of images whose ways differ most: one row per way, probabilities in one panel, pixels in another.

    Args:
        arrays: of one model's diagnosis; see `pipeline.investigations.diagnose.paths.join`.
    """
    first, last = (end.astype(np.float64) for end in arrays["path_original"])
    steps = ["" if place % 2 else f"{t:.3g}" for place, t in enumerate(arrays["path_t"])]
    headings = ["real", *steps, "real"]
    tile = (PANEL - 0.15) / len(headings)
    panels = []
    for key, title in IMAGES.items():
        figure = new_panel(len(WAYS) * (tile + 0.24) + 0.6)
        rows = figure.subplots(len(WAYS), 1)
        for axes, way, images in zip(rows, WAYS, arrays[key], strict=True):
            draw_board(axes, np.stack([first, *images.astype(np.float64), last])[None], headings=headings)
            axes.tick_params(labeltop=False, labelbottom=axes is rows[-1])
            axes.set_title(LINES[way][-1], pad=3)
        rows[-1].set_xlabel("t")
        figure.suptitle(title, x=0.01, horizontalalignment="left", fontsize=TEXT, fontweight="bold")
        panels.append(figure)
    return panels
