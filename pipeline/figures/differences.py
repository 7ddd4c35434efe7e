"""Paired differences of log likelihood between models, by subset and region."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.data.subsets import REGIONS, SUBSETS
from pipeline.figures.palette import FAINT, INK, Mark
from pipeline.figures.style import WIDTH, fold, house_style, legend_below, new_figure, row_label
from pipeline.likelihood.subset_means import WHOLE

ROWS = {(name, WHOLE): name for name in SUBSETS} | {("test", region): f"test, {region}" for region in REGIONS}
"""Subset and region of each row, in the order of the rows, and the label of the row."""

Rows = dict[tuple[str, str], str]


@house_style()
def differences(pairs: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw paired differences between models by subset and by region of test, in nats per image, one panel per pair.

    Args:
        pairs: columns model_a, model_b, subset, region (`all` for a whole subset), difference, low, high,
            images; a pair of models without marks is left out.
        marks: of the models; a difference has the colour of the model that it favours.
    """
    pairs = pairs[pairs["model_a"].isin(list(marks)) & pairs["model_b"].isin(list(marks))]
    rows = _rows(pairs)
    panels = {(str(a), str(b)): table for (a, b), table in pairs.groupby(["model_a", "model_b"], sort=False)}
    columns = min(2, len(panels))
    lines = math.ceil(len(panels) / columns)
    figure = new_figure(0.8 + lines * (0.95 + 0.17 * len(rows)))
    grid = figure.subplots(lines, columns, sharey=True, squeeze=False)
    for axes, ((model_a, model_b), table) in zip(grid.flat, panels.items(), strict=False):
        _draw_pair(axes, table, rows, marks[model_a], marks[model_b])
        axes.set_title(_title(marks[model_a], marks[model_b], (WIDTH - 1.5) / columns))
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    compared = [mark for name, mark in marks.items() if any(name in pair for pair in panels)]
    legend_below(figure, _handles(compared), "in the colour of the likelier model")
    return figure


def _rows(pairs: pd.DataFrame) -> Rows:
    """Return the rows that some pair has, with their labels, which include the number of images."""
    images = dict(zip(_strata(pairs), pairs["images"], strict=True))
    return {stratum: row_label(name, images[stratum]) for stratum, name in ROWS.items() if stratum in images}


def _strata(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return subset and region of each row of the table."""
    return list(zip(table["subset"].astype(str), table["region"].astype(str), strict=True))


def _draw_pair(axes: Axes, table: pd.DataFrame, rows: Rows, mark_a: Mark, mark_b: Mark) -> None:
    """Draw one dot per row with its interval: filled where the interval leaves out zero."""
    axes.axvline(0, color=INK, linewidth=0.9)
    numbers = table[["difference", "low", "high"]].to_numpy(float)
    for stratum, (difference, low, high) in zip(_strata(table), numbers, strict=True):
        y = list(rows).index(stratum)
        colour = mark_a.colour if difference > 0 else mark_b.colour
        clear = low > 0 or high < 0
        axes.plot([low, high], [y, y], color=colour, linewidth=1.3, solid_capstyle="butt")
        axes.plot(difference, y, "o", color=colour, markersize=4.5, markerfacecolor=colour if clear else "white")
    axes.set_yticks(range(len(rows)), list(rows.values()))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.axhline(sum(region == WHOLE for _, region in rows) - 0.5, color=FAINT, linewidth=0.8)
    axes.set_xlabel("mean difference (nats per image)")
    axes.tick_params(axis="y", length=0)
    axes.grid()


def _title(mark_a: Mark, mark_b: Mark, inches: float) -> str:
    return f"{fold(mark_a.label, inches)}\n{fold('minus ' + mark_b.label, inches)}"


def _handles(compared: Sequence[Mark]) -> list[Line2D]:
    models = [
        Line2D([], [], color=mark.colour, marker="o", linestyle="", markersize=5, label=mark.label) for mark in compared
    ]
    spans = Line2D([], [], color=FAINT, marker="o", markerfacecolor="white", markersize=5, label="interval spans zero")
    return [*models, spans]
