"""Log likelihoods of experiments against the parameter in which they differ."""

from numbers import Real

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.palette import INK
from pipeline.figures.panels import figure_of, panel_axes
from pipeline.figures.style import house_style

WIDE = 10
"""An axis of positive values is logarithmic if the largest is at least so many times the smallest."""


@house_style()
def sweep(table: pd.DataFrame, parameter: str) -> dict[str, Figure]:
    """Draw mean log likelihoods, in nats, ± one standard error against the parameter.

    Args:
        table: one row per experiment and subset: value of the parameter, subset, log_likelihood, sampling_error.
        parameter: its name.

    Returns:
        A panel per subset, by its name.
    """
    panels = {}
    for subset, rows in table.groupby("subset", sort=False):
        axes = panel_axes(2.6, title=f"{subset}: log likelihood", xlabel=parameter, ylabel="nats per image")
        _place(axes, rows["value"].to_list())
        at = rows["value"] if _numeric(rows["value"].to_list()) else rows["value"].astype(str)
        axes.errorbar(
            at, rows["log_likelihood"], rows["sampling_error"], fmt="o", color=INK, markersize=4, linewidth=0.9
        )
        panels[str(subset)] = figure_of(axes)
    return panels


def _numeric(values: list[object]) -> bool:
    return all(isinstance(value, Real) and not isinstance(value, bool) for value in values)


def _place(axes: Axes, values: list[object]) -> None:
    """Mark the values on the axis: as numbers, on a logarithmic scale if they are far apart, or else side by side."""
    if not _numeric(values):
        return
    numbers = sorted({float(str(value)) for value in values})
    if numbers[0] > 0 and numbers[-1] >= WIDE * numbers[0]:
        axes.set_xscale("log")
    axes.set_xticks(numbers, [f"{number:g}" for number in numbers])
    axes.set_xticks([], minor=True)
