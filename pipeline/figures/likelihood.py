"""Mean log likelihood under each model, by subset and by region."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.data.subsets import REGIONS, SUBSETS
from pipeline.figures.palette import BAND, INK, Mark
from pipeline.figures.style import house_style, legend_below, new_figure, row_label
from pipeline.likelihood.subset_means import WHOLE


@house_style()
def likelihood_by_set(summary: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw the mean log likelihood of every subset under every model, in nats per image, with its sampling error.

    Args:
        summary: columns model, subset, region (`all` for a whole subset), images, log_likelihood and
            sampling_error; a model that was not scored on a subset has no row for it.
        marks: of the models.
    """
    whole = summary[summary["region"] == WHOLE]
    return _dots(whole, "subset", SUBSETS, marks, "mean log likelihood of a subset (nats per image)")


@house_style()
def likelihood_by_region(summary: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw the mean log likelihood of the test images of every region, as `likelihood_by_set` does for subsets."""
    test = summary[(summary["subset"] == "test") & (summary["region"] != WHOLE)]
    return _dots(test, "region", REGIONS, marks, "mean log likelihood of test images (nats per image)")


def _dots(table: pd.DataFrame, column: str, order: tuple[str, ...], marks: Mapping[str, Mark], label: str) -> Figure:
    """Draw a row for each name in `order` that the table has, with one lane per model."""
    images = {name: table.loc[table[column] == name, "images"].max() for name in order if (table[column] == name).any()}
    rows = list(images)
    figure = new_figure(1.3 + len(rows) * (0.16 + 0.11 * len(marks)))
    axes = figure.subplots()
    pitch = len(marks) + 1
    for lane, (name, mark) in enumerate(marks.items()):
        own = table[table["model"] == name].set_index(column)
        own = own.loc[[row for row in rows if row in own.index]]
        _draw_means(axes, own, [rows.index(row) * pitch + lane for row in own.index], mark)
    _draw_rows(axes, [row_label(name, count) for name, count in images.items()], pitch)
    axes.set_xlabel(label)
    absent = len(table) < len(rows) * len(marks)
    note = "no bar: shorter than its mark" + ("; no mark: not scored" if absent else "")
    legend_below(figure, _handles(marks), note)
    return figure


def _draw_means(axes: Axes, table: pd.DataFrame, heights: list[int], mark: Mark) -> None:
    axes.errorbar(
        table["log_likelihood"],
        heights,
        xerr=2 * table["sampling_error"],
        fmt=mark.marker,
        color=mark.colour,
        markersize=3.8,
        markeredgewidth=0,
        elinewidth=0.9,
        label=mark.label,
    )


def _draw_rows(axes: Axes, labels: list[str], pitch: int) -> None:
    """Label the rows, the first on top, every other one on a grey band."""
    for row in range(0, len(labels), 2):
        axes.axhspan(row * pitch - 1, (row + 1) * pitch - 1, color=BAND, linewidth=0)
    axes.set_yticks([row * pitch + (pitch - 2) / 2 for row in range(len(labels))], labels)
    axes.set_ylim(len(labels) * pitch - 1, -1)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _handles(marks: Mapping[str, Mark]) -> list[Line2D]:
    models = [
        Line2D([], [], color=mark.colour, marker=mark.marker, linestyle="", markersize=5, label=mark.label)
        for mark in marks.values()
    ]
    return [*models, Line2D([], [], color=INK, linewidth=0.9, label="±2 sampling errors")]
