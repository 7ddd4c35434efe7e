"""Figures of the latent spaces: the aggregate posterior against the prior, and images decoded from both."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.figures.palette import BAND, COLOURS, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.figures.wall import Row, draw_wall, wall_height

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
RATIOS = (0.005, 1.0)
"""Range of the ratios of the two densities that are shown."""


@house_style()
def voids(
    found: Mapping[str, Diagnosis],
    arrays: Mapping[str, Arrays],
    real: Mapping[str, np.ndarray],
    marks: Mapping[str, Mark],
    void: float,
) -> Figure:
    """Draw calibration of |z|^2 (left), mass of q and p where q(z) / p(z) is low (middle), and likelihoods (right).

    Args:
        found: diagnosis of each model.
        arrays: draws and log likelihoods of each model.
        real: log likelihoods of real images in nats, of the models that were scored.
        marks: of the models; a model without one is left out.
        void: ratio q(z) / p(z) below which a region counts as a void.
    """
    names = [name for name in marks if name in found]
    figure = new_figure(3.1)
    left, middle, right = figure.subplots(1, 3)
    for name in names:
        _draw_calibration(left, arrays[name]["level"], marks[name].colour)
    chance = max(found[name]["norm"]["chance"] for name in names)
    left.axhspan(-100 * chance, 100 * chance, color=BAND, linewidth=0)
    left.axhline(0, color=INK, linewidth=0.9)
    left.set(xlabel="quantile of |z|² under the prior (%)", ylabel="draws below, q(z) − p(z) (%)")
    for name in names:
        for kind, style in (("posterior", "-"), ("prior", "--")):
            _draw_mass(middle, arrays[name][f"{kind}_ratio"], marks[name].colour, style)
        if name in real:
            _draw_share(right, real[name], marks[name].colour, "-")
            _draw_share(right, arrays[name]["generated"], marks[name].colour, "--")
    middle.axvline(void, color=INK, linewidth=0.9)
    middle.set(xscale="log", yscale="log", xlabel="ratio q(z) / p(z)", ylabel="draws below (%)", ylim=(0.01, 100))
    right.set(xlabel="log likelihood (nats)", ylabel="images below (%)")
    for axes, title in zip((left, middle, right), ("norms", "voids", "likelihoods"), strict=True):
        axes.set_title(title)
        axes.grid()
    legend_below(figure, _voids_legend([marks[name] for name in names]))
    return figure


def _draw_calibration(axes: Axes, level: np.ndarray, colour: str) -> None:
    """Draw the share of draws below each quantile of |z|^2 under the prior, less that share under the prior."""
    at = np.linspace(0, 1, POINTS)
    share = np.searchsorted(np.sort(level), at, side="right") / len(level)
    axes.plot(100 * at, 100 * (share - at), color=colour, linewidth=1.2)


def _draw_mass(axes: Axes, ratio: np.ndarray, colour: str, style: str) -> None:
    """Draw the share of draws at which the ratio q(z) / p(z) is below each value; nothing where there are none."""
    at = np.geomspace(*RATIOS, POINTS)
    share = np.searchsorted(np.sort(ratio), np.log(at)) / len(ratio)
    axes.plot(at, np.where(share > 0, 100 * share, np.nan), style, color=colour, linewidth=1.2)


def _draw_share(axes: Axes, values: np.ndarray, colour: str, style: str) -> None:
    at = np.linspace(0, 100, POINTS)
    axes.plot(np.percentile(values, at), at, style, color=colour, linewidth=1.2)


def _voids_legend(marks: Sequence[Mark]) -> list[Line2D]:
    return [
        *(Line2D([], [], color=mark.colour, linewidth=1.5, label=mark.label) for mark in marks),
        Line2D([], [], color=INK, linewidth=1.2, linestyle="-", label="aggregate posterior, real images"),
        Line2D([], [], color=INK, linewidth=1.2, linestyle="--", label="prior, generated images"),
    ]


@house_style()
def pictures(images: np.ndarray) -> Figure:
    """Draw rows of binary images: real, decoded from the aggregate posterior, and decoded from the prior.

    Args:
        images: by kind (see `KINDS`), image and pixel.
    """
    rows = [Row(fold(label, 1.2), kind) for label, kind in zip(KINDS, images, strict=True)]
    columns = images.shape[1]
    figure = new_figure(wall_height(rows, columns) + 0.2)
    draw_wall(figure.subplots(), rows, columns)
    return figure


PANELS = {
    "test log likelihood (nats)": (("log_likelihood", "", "D", INK),),
    "prior mass in voids (%)": (("void.prior", "", "D", INK),),
    "accuracy of classifiers (%)": (
        ("accuracy", "network", "o", COLOURS[0]),
        ("moments", "means and covariances", "s", COLOURS[4]),
    ),
    "generated less real (nats)": (("gap", "", "D", INK),),
}
"""Panels of the figure of training lengths: title, and of each line the number's key, label, marker and colour."""


@house_style()
def training_lengths(numbers: Mapping[str, float | int | str], trained: Mapping[str, int]) -> Figure:
    """Draw test log likelihood and the signs of voids, with intervals, against the length of training.

    Args:
        numbers: see `pipeline.numbers.diagnose.diagnosis_numbers`.
        trained: epochs of each model.
    """
    figure = new_figure(4.8)
    panels = figure.subplots(2, 2, sharex=True).ravel()
    for axes, (title, lines) in zip(panels, PANELS.items(), strict=True):
        for quantity, *look in lines:
            _draw_length(axes, numbers, trained, quantity, look)
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
    quantity: str,
    look: Sequence[str],
) -> None:
    key = "diagnose.{}." + quantity + ".{}"
    names = [name for name in trained if key.format(name, "value") in numbers]
    value, low, high = (
        np.array([float(numbers[key.format(name, end)]) for name in names]) for end in ("value", "low", "high")
    )
    epochs = [trained[name] for name in names]
    label, marker, colour = look
    axes.vlines(epochs, low, high, color=colour, linewidth=1.2)
    axes.plot(epochs, value, marker=marker, color=colour, markersize=4.5, linewidth=1, label=label)
