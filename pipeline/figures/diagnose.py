"""Figures of the latent spaces: the aggregate posterior against the prior, and images decoded from both."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.core.statistics import Interval, mean_normal
from pipeline.figures.board import draw_board, in_rows
from pipeline.figures.contrast import legible
from pipeline.figures.palette import BAND, FAINT, INK, Mark
from pipeline.figures.panels import height_for, line_ends, name_lines, panel_axes, panels_of, small_legend
from pipeline.figures.style import PANEL, house_style, new_panel

Diagnosis = Mapping[str, Any]
Arrays = Mapping[str, np.ndarray]
Numbers = Mapping[str, float | int | str]
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
APART = 1.05
"""Factor between the epochs at which runs of the same length are drawn, so that their intervals stand side by side."""
LEAST = 0.001
"""Least share of the draws that is drawn."""
COLUMNS = 6
"""Pictures per row."""


@house_style()
def voids(
    found: Mapping[str, Diagnosis],
    arrays: Mapping[str, Arrays],
    real: Mapping[str, np.ndarray],
    marks: Mapping[str, Mark],
    void: float,
) -> list[Figure]:
    """Draw calibration of |z|^2, shares of p and q where q(z) / p(z) is low, and generated less real likelihoods.

    Args:
        found: diagnosis of each model.
        arrays: draws and log likelihoods of each model.
        real: log likelihoods of real images in nats, of the models that were scored.
        marks: of the models; a model without one is left out.
        void: ratio q(z) / p(z) below which a region counts as a void.
    """
    own = {name: mark for name, mark in marks.items() if name in found}
    norms = panel_axes(
        HEIGHT, title="norms: q less p", xlabel="quantile of |z|² under the prior (%)", ylabel="draws below (%)"
    )
    masses = panel_axes(
        HEIGHT,
        title=f"where q/p is low (mark: below {void:g})",
        xlabel="draws of the prior (%)",
        ylabel="draws of the posterior (%)",
    )
    gaps = panel_axes(
        height_for([mark.label for mark in own.values()], HEIGHT),
        title="log likelihood, generated less real",
        xlabel="quantile (%)",
        ylabel="nats per image",
    )
    masses.axline((1, 1), (10, 10), color=INK, linewidth=0.9, zorder=1)
    for name, mark in own.items():
        _draw_calibration(norms, arrays[name]["level"], mark)
        _draw_masses(masses, arrays[name], mark, void)
        if name in real:
            gap = np.percentile(arrays[name]["generated"], QUANTILES) - np.percentile(real[name], QUANTILES)
            _draw(gaps, QUANTILES, gap, mark)
    masses.set(xscale="log", yscale="log")
    masses.minorticks_off()
    for axis in (masses.xaxis, masses.yaxis):
        axis.set_major_formatter("{x:g}")
    name_lines(gaps, line_ends(gaps))
    small_legend(norms, [_handle(mark) for mark in own.values()])
    chance = max(found[name]["norm"]["chance"] for name in own)
    norms.axhspan(-100 * chance, 100 * chance, facecolor=BAND, edgecolor=FAINT, linewidth=0.7, zorder=0)
    for axes in (norms, gaps):
        axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
    return panels_of(norms, masses, gaps)


def _draw(axes: Axes, x: np.ndarray, y: np.ndarray, mark: Mark) -> None:
    axes.plot(x, y, color=legible(mark.colour), linewidth=1.3, label=mark.label)


def _draw_calibration(axes: Axes, level: np.ndarray, mark: Mark) -> None:
    """Draw the share of draws below each quantile of |z|^2 under the prior, less that share under the prior."""
    at = np.linspace(0, 1, POINTS)
    share = np.searchsorted(np.sort(level), at, side="right") / len(level)
    _draw(axes, 100 * at, 100 * (share - at), mark)


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
        axes.scatter(*place, marker=mark.marker, s=26, color=legible(mark.colour), zorder=3)


@house_style()
def pictures(images: np.ndarray) -> list[Figure]:
    """Draw binary images, one panel per kind: real, decoded from the aggregate posterior, and decoded from the prior.

    Args:
        images: by kind (see `KINDS`), image and pixel.
    """
    panels = []
    for label, kind in zip(KINDS, images, strict=True):
        board = in_rows(kind, COLUMNS)
        figure = new_panel(0.4 + len(board) * (PANEL - 0.15) / COLUMNS)
        axes = figure.subplots()
        draw_board(axes, board)
        axes.set_title(label, pad=3)
        panels.append(figure)
    return panels


@house_style()
def training_lengths(
    numbers: Numbers,
    scores: Mapping[str, pd.DataFrame],
    trained: Mapping[str, Mapping[str, int]],
    marks: Mapping[str, Mark],
    confidence: float,
) -> list[Figure]:
    """Draw test log likelihood less that of the longest run, active units, and prior mass in voids, by epochs.

    Args:
        numbers: see `pipeline.numbers.diagnose.diagnosis_numbers`.
        scores: of the runs; one without scores has no point in the first panel.
        trained: epochs of each run, by the model of which the runs have the number of latent dimensions.
        marks: of these models.
        confidence: of the intervals of differences between runs, which are over images.
    """
    height = height_for([marks[name].label for name in trained], HEIGHT)
    titles = {
        "log likelihood, less the longest run's": "nats per image",
        "active units": "",
        "prior mass in voids": "%",
    }
    panels = [panel_axes(height, title=title, xlabel="epochs", ylabel=unit) for title, unit in titles.items()]
    for place, (name, runs) in enumerate(trained.items()):
        aside = APART ** (place - (len(trained) - 1) / 2)
        values = (_gains(scores, runs, confidence), _counts(numbers, runs), _masses(numbers, runs))
        for axes, own in zip(panels, values, strict=True):
            _draw_runs(axes, {aside * runs[run]: interval for run, interval in own.items()}, marks[name])
    ticks = sorted({epochs for runs in trained.values() for epochs in runs.values()})
    for axes in panels:
        axes.set_xscale("log")
        axes.minorticks_off()
        axes.set_xticks(ticks, [str(epochs) for epochs in ticks])
        axes.margins(x=0.1, y=0.1)
    for axes in panels[1:]:
        name_lines(axes, line_ends(axes))
    shown = [marks[name] for name in trained]
    small_legend(panels[0], [_handle(mark) for mark in shown])
    panels[0].axhline(0, color=INK, linewidth=0.9, zorder=1)
    return panels_of(*panels)


def _gains(scores: Mapping[str, pd.DataFrame], runs: Mapping[str, int], confidence: float) -> dict[str, Interval]:
    """Return the mean log likelihood of test images under each run less that under the longest, of the same images."""
    found = {
        run: table[table["subset"] == "test"].set_index("id")["log_likelihood"]
        for run in runs
        if (table := scores.get(run)) is not None
    }
    if not found:
        return {}
    longest = found[max(found, key=lambda run: runs[run])]
    paired = {run: (values - longest).dropna().to_numpy() for run, values in found.items()}
    return {run: mean_normal(gain, confidence) for run, gain in paired.items() if len(gain) > 1}


def _counts(numbers: Numbers, runs: Mapping[str, int]) -> dict[str, Interval]:
    """Return the number of active units of each run, which is counted and has no interval."""
    keys = {run: f"diagnose.{run}.active" for run in runs}
    return {run: Interval(*[float(numbers[key])] * 3) for run, key in keys.items() if key in numbers}


def _masses(numbers: Numbers, runs: Mapping[str, int]) -> dict[str, Interval]:
    """Return the per cent of the prior's mass that lies in voids, with its interval, of each run."""
    keys = {run: f"diagnose.{run}.void.prior" for run in runs}
    return {
        run: Interval(*(float(numbers[f"{key}.{end}"]) for end in Interval._fields))
        for run, key in keys.items()
        if f"{key}.value" in numbers
    }


def _draw_runs(axes: Axes, found: Mapping[float, Interval], mark: Mark) -> None:
    """Draw a line over the epochs, with intervals."""
    colour, epochs = legible(mark.colour), list(found)
    axes.vlines(epochs, [one.low for one in found.values()], [one.high for one in found.values()], color=colour)
    axes.plot(
        epochs,
        [one.value for one in found.values()],
        marker=mark.marker,
        color=colour,
        markersize=4.5,
        linewidth=1.2,
        label=mark.label,
    )


def _handle(mark: Mark) -> Line2D:
    colour = legible(mark.colour)
    return Line2D([], [], color=colour, marker=mark.marker, markersize=4.5, linewidth=1.2, label=mark.label)
