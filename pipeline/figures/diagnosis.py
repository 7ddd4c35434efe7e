"""What the latent spaces are like: the aggregate posterior against the prior, and what the decoder makes of both."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import BAND, COLOURS, FAINT, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.figures.wall import Row, draw_wall, wall_height

Findings = Mapping[str, Any]
Arrays = Mapping[str, np.ndarray]
KINDS = (
    "real images",
    "decoded from the posterior",
    "from the prior, fullest fifth",
    "from the prior, emptiest fifth",
)
"""Of the pictures, in the order in which they are kept."""
POINTS = 200
"""Of a curve."""
LIMITS = (-8.0, 5.0)
"""Of the log ratios that are shown; what is beyond stands in the last bin."""


@house_style()
def voids(
    found: Mapping[str, Findings],
    arrays: Mapping[str, Arrays],
    real: Mapping[str, np.ndarray],
    marks: Mapping[str, Mark],
    chosen: str,
) -> Figure:
    """Left, calibration of |z|^2; middle, log q(z) / p(z) at draws of either; right, generated against real images.

    Args:
        found: what was found of each model.
        arrays: draws and likelihoods of each.
        real: log likelihoods of real images in nats, of the models that have some.
        marks: of the models; one that has none is left out.
        chosen: whose log ratios are shown.
    """
    names = [name for name in marks if name in found]
    figure = new_figure(3.1)
    left, middle, right = figure.subplots(1, 3)
    for name in names:
        _draw_calibration(left, arrays[name]["level"], marks[name].colour)
    chance = max(found[name]["norm"]["chance"] for name in names)
    left.axhspan(-100 * chance, 100 * chance, color=BAND, linewidth=0)
    left.axhline(0, color=INK, linewidth=0.9)
    left.set(xlabel="quantile of |z|² under the prior (%)", ylabel="draws below, less prior's (%)")
    _draw_ratios(middle, arrays[chosen])
    for name in names:
        if name in real:
            _draw_share(right, real[name], marks[name].colour, "-")
            _draw_share(right, arrays[name]["generated"], marks[name].colour, "--")
    right.set(xlabel="log likelihood (nats)", ylabel="images below it (%)")
    for axes, title in zip((left, middle, right), ("norms", f"density ratio, {chosen}", "likelihoods"), strict=True):
        axes.set_title(fold(title, 2))
        axes.grid()
    legend_below(figure, _voids_legend([marks[name] for name in names]))
    return figure


def _draw_calibration(axes: Axes, level: np.ndarray, colour: str) -> None:
    """Share of the draws below each quantile of the prior, less that of the prior itself."""
    at = np.linspace(0, 1, POINTS)
    share = np.searchsorted(np.sort(level), at, side="right") / len(level)
    axes.plot(100 * at, 100 * (share - at), color=colour, linewidth=1.2)


def _draw_ratios(axes: Axes, arrays: Arrays) -> None:
    edges = np.linspace(*LIMITS, 40)
    for kind, colour in (("prior", FAINT), ("posterior", COLOURS[0])):
        values = np.clip(arrays[f"{kind}_ratio"], *LIMITS)
        weights = np.full(len(values), 100 / len(values))
        filled = {"histtype": "stepfilled", "alpha": 0.45}
        axes.hist(values, bins=list(edges), weights=weights, color=colour, **filled)  # type: ignore[arg-type]
    axes.axvline(np.log(0.1), color=INK, linewidth=0.9)
    axes.set(xlabel="log of posterior / prior (nats)", ylabel="draws a bin (%)")


def _draw_share(axes: Axes, values: np.ndarray, colour: str, style: str) -> None:
    at = np.linspace(0, 100, POINTS)
    axes.plot(np.percentile(values, at), at, style, color=colour, linewidth=1.2)


def _voids_legend(marks: Sequence[Mark]) -> list[Line2D]:
    lines = [Line2D([], [], color=mark.colour, linewidth=1.5, label=mark.label) for mark in marks]
    lines += [
        Line2D([], [], color=INK, linewidth=1.2, linestyle="-", label="real images"),
        Line2D([], [], color=INK, linewidth=1.2, linestyle="--", label="generated"),
    ]
    blocks = (("draws of the prior", FAINT), ("of the aggregate posterior", COLOURS[0]))
    return [*lines, *(Line2D([], [], color=colour, linewidth=6, alpha=0.5, label=label) for label, colour in blocks)]


@house_style()
def pictures(images: np.ndarray) -> Figure:
    """Real images above ones decoded from the aggregate posterior and from the prior, pixels drawn.

    Args:
        images: shape (4, images, pixels), kinds in the order of `KINDS`.
    """
    rows = [Row(fold(label, 1.2), kind) for label, kind in zip(KINDS, images, strict=True)]
    columns = images.shape[1]
    figure = new_figure(wall_height(rows, columns) + 0.2)
    draw_wall(figure.subplots(), rows, columns)
    return figure


PANELS = {
    "told from the prior (%)": (
        ("accuracy", "told by a network", "o", COLOURS[0]),
        ("moments", "by means and covariances", "s", COLOURS[4]),
    ),
    "prior mass in voids (%)": (("void.prior", "", "D", INK),),
    "no plain class (%)": (
        ("unsure.prior", "decoded from the prior", "^", COLOURS[1]),
        ("unsure.posterior", "from the posterior", "v", COLOURS[2]),
    ),
    "generated less real (nats)": (("lack", "", "D", INK),),
}
"""Of the figure of training lengths: to each title its lines, with label, marker and colour."""


@house_style()
def training_lengths(numbers: Mapping[str, float | int | str], trained: Mapping[str, int]) -> Figure:
    """How the signs of voids move from shorter to longer complete runs, with intervals.

    Args:
        numbers: the page's.
        trained: the runs, with their epochs.
    """
    figure = new_figure(4.8)
    panels = figure.subplots(2, 2, sharex=True).ravel()
    for axes, (title, lines) in zip(panels, PANELS.items(), strict=True):
        for what, *look in lines:
            _draw_length(axes, numbers, trained, what, look)
        axes.set_title(title)
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.set_xticks(list(trained.values()), [str(epochs) for epochs in trained.values()])
        axes.margins(x=0.15, y=0.15)
        axes.grid()
    for axes in panels[-2:]:
        axes.set_xlabel("epochs of a complete run")
    handles = [line for axes in panels for line in axes.get_lines() if not str(line.get_label()).startswith("_")]
    legend_below(figure, [line for line in handles if line.get_label()])
    return figure


def _draw_length(
    axes: Axes,
    numbers: Mapping[str, float | int | str],
    trained: Mapping[str, int],
    what: str,
    look: Sequence[str],
) -> None:
    key = "diagnose.{}." + what + ".{}"
    names = [name for name in trained if key.format(name, "value") in numbers]
    value, low, high = (
        np.array([float(numbers[key.format(name, end)]) for name in names]) for end in ("value", "low", "high")
    )
    epochs = [trained[name] for name in names]
    label, marker, colour = look
    axes.vlines(epochs, low, high, color=colour, linewidth=1.2)
    axes.plot(epochs, value, marker=marker, color=colour, markersize=4.5, linewidth=1, label=label)
