"""Figures of the latent spaces: the aggregate posterior against the prior, and images decoded from both."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import chi

from pipeline.figures.board import board_panel, in_rows
from pipeline.figures.palette import FAINT, INK, Mark
from pipeline.figures.panels import (
    LINE,
    TEXT,
    add_legend,
    height_for,
    key,
    line_ends,
    name_lines,
    panel_axes,
    panels_of,
    scale_logarithmic,
)
from pipeline.figures.style import bin_count, house_style, plain
from pipeline.numbers.diagnose import INNER, inner_share

Diagnosis = Mapping[str, Any]
Arrays = Mapping[str, np.ndarray]
KINDS = (
    "real images",
    "decoded from the posterior",
    "from the prior, fullest fifth",
    "from the prior, emptiest fifth",
)
"""Labels of the kinds of pictures, in the order of the array."""
POINTS = 200
"""Number of points of a curve."""
QUANTILES = np.arange(1, 100)
"""Quantiles at which log likelihoods are compared, in per cent."""
HEIGHT = 2.7
"""Least height of a panel, in inches."""
LEAST = 0.001
"""Least share of the draws that is drawn."""
COLUMNS = 6
"""Pictures per row."""
PRIOR = "#D2D2D2"
"""Colour of the prior; its innermost part stands out."""
TALL = 0.55
"""Height of the highest distribution of lengths, in inches."""
FAR = 0.9999
"""Share of the prior's draws that the scale of lengths has room for."""


@house_style()
def voids(
    found: Mapping[str, Diagnosis],
    arrays: Mapping[str, Arrays],
    real: Mapping[str, np.ndarray],
    marks: Mapping[str, Mark],
    void: float,
    confidence: float,
) -> list[Figure]:
    """Draw lengths of z, shares of p and q where q(z) / p(z) is low, and generated less real likelihoods.

    Args:
        found: diagnosis of each model.
        arrays: draws and log likelihoods of each model.
        real: log likelihoods of real images in nats, of the models that were scored.
        marks: of the models; a model without one is left out.
        void: ratio q(z) / p(z) below which a region counts as a void.
        confidence: of the intervals of shares.
    """
    own = {name: mark for name, mark in marks.items() if name in found}
    masses = panel_axes(
        HEIGHT,
        title=f"where images are rare (mark: q/p below {void:g})",
        xlabel="share of the prior (%)",
        ylabel="share of images (%)",
    )
    gaps = panel_axes(
        height_for([mark.label for mark in own.values()], HEIGHT),
        title="log likelihood, generated less real",
        xlabel="quantile (%)",
        ylabel="nats per image",
    )
    masses.axline((1, 1), (10, 10), color=INK, linewidth=0.9, zorder=1)
    for name, mark in own.items():
        _draw_masses(masses, arrays[name], mark, void)
        if name in real:
            gap = np.percentile(arrays[name]["generated"], QUANTILES) - np.percentile(real[name], QUANTILES)
            _draw(gaps, QUANTILES, gap, mark)
    scale_logarithmic(masses, "x")
    scale_logarithmic(masses, "y")
    add_legend(masses, [key(mark) for mark in own.values()])
    ends = line_ends(gaps)
    gaps.axhline(0, color=INK, linewidth=0.9, zorder=1)
    name_lines(gaps, ends)
    units = {name: int(found[name]["active"]) for name in own}
    return panels_of(_draw_lengths(arrays, units, own, confidence), masses, gaps)


def _draw(axes: Axes, x: np.ndarray, y: np.ndarray, mark: Mark) -> None:
    axes.plot(x, y, color=mark.colour, linewidth=1.3, label=mark.label)


def _draw_lengths(
    arrays: Mapping[str, Arrays], units: Mapping[str, int], marks: Mapping[str, Mark], confidence: float
) -> Axes:
    """Draw the distribution of |z| over encoded images, before that of the prior, in a row per model.

    The prior's length has a chi distribution, and `level` is its distribution function at each encoded image.

    Args:
        arrays: of each model.
        units: number of units in use; a model that uses none is left out.
        marks: of the models.
        confidence: of the interval of the share of encoded images in the innermost part of the prior.
    """
    used = {name: chi(units[name]) for name in marks if units[name]}
    lengths = {name: prior.ppf(arrays[name]["level"]) for name, prior in used.items()}
    far = max([prior.ppf(FAR) for prior in used.values()], default=1.0)
    edges = {name: np.linspace(0, far, bin_count(len(own)) + 1) for name, own in lengths.items()}
    shares = {name: np.histogram(own, edges[name])[0] / len(own) / edges[name][1] for name, own in lengths.items()}
    at = np.linspace(0, far, POINTS)
    density = {name: prior.pdf(at) for name, prior in used.items()}
    scale = TALL / max([float(one.max()) for own in (shares, density) for one in own.values()], default=1.0)
    pitch = TALL + 2 * LINE + 0.1
    axes = panel_axes(
        0.75 + pitch * len(used),
        title="length of z: images (line) and prior (grey)",
        xlabel="|z| over the units in use",
    )
    for row, (name, prior) in enumerate(used.items()):
        base = pitch * (len(used) - 1 - row)
        axes.fill_between(at, base, base + scale * density[name], color=PRIOR, linewidth=0)
        inner = at <= prior.ppf(INNER)
        axes.fill_between(at[inner], base, base + scale * density[name][inner], color=FAINT, linewidth=0)
        axes.stairs(base + scale * shares[name], edges[name], baseline=None, color=marks[name].colour, linewidth=1.4)
        axes.hlines(base, 0, far, color=FAINT, linewidth=0.6)
        inside = inner_share(arrays[name]["level"], confidence)
        percent = [plain(100 * one, 1) for one in (inside.value, inside.low, inside.high)]
        words = (
            f"{marks[name].label}\n"
            f"inner {100 * INNER:g}% of prior: {percent[0]}% of images ({percent[1]} to {percent[2]})"
        )
        axes.text(0, base + TALL + 0.03, words, va="bottom", fontsize=TEXT, linespacing=1.15)
    axes.set(xlim=(0, far), ylim=(0, max(pitch * len(used), 0.1)), yticks=[])
    axes.grid(visible=False)
    axes.spines["left"].set_visible(False)
    return axes


def _draw_masses(axes: Axes, arrays: Arrays, mark: Mark, void: float) -> None:
    """Draw the share of the posterior's draws below each ratio against that of the prior's, and mark that of a void."""
    posterior, prior = (np.sort(arrays[f"{kind}_ratio"]) for kind in ("posterior", "prior"))
    at = np.append(np.quantile(np.concatenate([posterior, prior]), np.linspace(0, 1, POINTS)), np.log(void))
    below = {kind: np.searchsorted(own, at) / len(own) for kind, own in (("q", posterior), ("p", prior))}
    shown = np.minimum(below["q"], below["p"]) >= LEAST
    line = shown[:-1]
    _draw(axes, 100 * below["p"][:-1][line], 100 * below["q"][:-1][line], mark)
    if shown[-1]:
        place = 100 * below["p"][-1], 100 * below["q"][-1]
        axes.scatter(*place, marker=mark.marker, s=26, color=mark.colour, zorder=3)


@house_style()
def void_images(images: np.ndarray) -> list[Figure]:
    """Draw binary images, one panel per kind: real, decoded from the aggregate posterior, and decoded from the prior.

    Args:
        images: by kind (see `KINDS`), image and pixel.
    """
    return [board_panel({label: in_rows(kind, COLUMNS)}) for label, kind in zip(KINDS, images, strict=True)]
