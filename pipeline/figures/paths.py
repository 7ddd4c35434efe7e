"""Paths from one image to another: the images along them, and their length, voids and entropy of the pixels."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import chi2

from pipeline.figures.board import draw_board
from pipeline.figures.palette import BAND, FAINT, INK
from pipeline.figures.style import WIDTH, house_style, legend_below, new_figure
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


@house_style()
def paths(arrays: Arrays, void: float, confidence: float) -> Figure:
    """Draw length, share in voids and entropy of the pixels along the paths of all pairs, one line per way.

    Args:
        arrays: of one model's diagnosis; see `pipeline.investigations.diagnose.paths.join`.
        void: ratio of aggregate posterior and prior below which a point lies in a void.
        confidence: share of the prior's draws in the central shell that is shaded.
    """
    figure = new_figure(3.1)
    panels = figure.subplots(1, 3)
    units = int(arrays["path_units"])
    panels[0].axhspan(*shell(units, confidence), color=BAND, zorder=0)
    panels[0].axhline(float(np.sqrt(chi2.ppf(0.5, units))), color=FAINT, linewidth=0.8, zorder=0.5)
    drawn = {
        f"|z| over {units} active units": arrays["path_norm"],
        "paths in voids (%)": 100 * (arrays["path_log_ratio"] < np.log(void)),
        "H(X | z) (nats)": arrays["path_entropy"],
    }
    titles = ("length", "voids", "entropy of the pixels")
    for axes, title, (label, values) in zip(panels, titles, drawn.items(), strict=True):
        for way, own in zip(WAYS, values, strict=True):
            colour, dashes, name = LINES[way]
            axes.plot(arrays["path_t"], own.mean(axis=1), color=colour, linestyle=dashes, linewidth=1.6, label=name)
        axes.set(title=title, xlabel="t", ylabel=label)
    panels[0].set_ylim(0, None)
    legend_below(figure, panels[1].get_lines())
    return figure


@house_style()
def interpolation(arrays: Arrays) -> Figure:
    """Draw the pair of images whose ways differ most: for each way, probabilities and drawn pixels at every step.

    Args:
        arrays: of one model's diagnosis; see `pipeline.investigations.diagnose.paths.join`.
    """
    first, last = (end.astype(np.float64) for end in arrays["path_original"])
    rows, labels = [], []
    for way, probabilities, draws in zip(WAYS, arrays["path_probabilities"], arrays["path_draws"], strict=True):
        rows += [np.stack([first, *images.astype(np.float64), last]) for images in (probabilities, draws)]
        labels += [LINES[way][-1].replace(", ", ",\n"), "pixels drawn"]
    headings = ["from", *("t = 0" if t == 0 else f"{t:.3g}" for t in arrays["path_t"]), "to"]
    figure = new_figure(0.35 + len(rows) * min(0.6, 0.82 * WIDTH / len(headings)))
    draw_board(figure.subplots(), np.stack(rows), labels, headings)
    return figure
