"""Training curves."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pipeline.figures.palette import FAINT, Mark
from pipeline.figures.panels import height_for, limit_y, line_ends, name_lines, panel_axes, panels_of
from pipeline.figures.style import house_style

FIRST_EPOCHS = 0.1
"""Share of each model's epochs, the first ones, that the ranges of the panels ignore so that the rest is legible."""

END = 0.5
"""Share of each model's epochs, the last ones, that the second panel shows."""

SMOOTH = 0.1
"""Share of each model's epochs over which the third panel averages, since both bounds are noisy."""


@house_style()
def training(history: pd.DataFrame, marks: Mapping[str, Mark]) -> list[Figure]:
    """Draw the validation ELBO of every model, its end less the last value, and training less validation ELBO.

    Args:
        history: columns model, epoch, train_elbo, validation_elbo; one row per model and epoch.
        marks: of the models.
    """
    own = {name: history[history["model"] == name] for name in marks}
    height = height_for([mark.label for mark in marks.values()])
    titles = ("ELBO of validation images", "the same less its last value", "ELBO of training less validation images")
    whole, end, gap = (panel_axes(height, title=title, xlabel="epoch", ylabel="nats per image") for title in titles)
    end.set_xlabel("epochs before the last")
    gaps = {name: _smooth(table["train_elbo"] - table["validation_elbo"]) for name, table in own.items()}
    for name, mark in marks.items():
        epoch, bound = (own[name][column].to_numpy() for column in ("epoch", "validation_elbo"))
        _draw(whole, epoch, bound, mark)
        left = epoch[-1] - epoch
        late = left <= END * epoch[-1]
        _draw(end, -left[late], (bound - bound[-1])[late], mark)
        _draw(gap, epoch, gaps[name].to_numpy(), mark)
    for axes in (end, gap):
        axes.axhline(0, color=FAINT, linewidth=0.9, zorder=1)
    settled = {name: table["epoch"] > FIRST_EPOCHS * table["epoch"].max() for name, table in own.items()}
    shown = pd.concat([table.loc[settled[name], "validation_elbo"] for name, table in own.items()])
    limit_y(whole, shown.min(), shown.max())
    shown = pd.concat([gaps[name][settled[name]] for name in own])
    limit_y(gap, shown.min(), shown.max())
    end.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    for axes in (whole, end, gap):
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(6))
        name_lines(axes, line_ends(axes, 0 if axes is end else -1), left=axes is end)
    return panels_of(whole, end, gap)


def _draw(axes: Axes, x: np.ndarray, y: np.ndarray, mark: Mark) -> None:
    axes.plot(x, y, color=mark.colour, linewidth=1.3, marker="." if len(x) == 1 else "", label=mark.label)


def _smooth(values: "pd.Series[float]") -> "pd.Series[float]":
    """Return means of each value and its neighbours, over `SMOOTH` of all values in total."""
    width = max(1, round(SMOOTH * len(values)))
    return values.rolling(width, center=True, min_periods=1).mean()
