"""Monte Carlo averages inside and outside the logarithm."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.boxes import draw_boxes
from pipeline.figures.palette import COLOURS, INK, Mark
from pipeline.figures.panels import End, name_lines, panel_axes, panels_of, scale_logarithmic
from pipeline.figures.style import house_style

BOX = "#6E6E6E"
"""Colour of the boxes of all classes, which stand in rows that are named."""

KINDS = {"inside": (COLOURS[0], "o", "log of the mean weight"), "outside": (COLOURS[1], "s", "mean log weight")}
"""Colour, marker and name of the average inside the logarithm, and of the one outside."""


@house_style()
def monte_carlo(draws: pd.DataFrame, scores: pd.DataFrame, mark: Mark) -> list[Figure]:
    """Draw both averages less the study's estimate against the number of draws, and log p(x) less the bound by class.

    Args:
        draws: averages of the encoder's weights; see `DRAWS`.
        scores: of the same model.
        mark: of the model.
    """
    averages = panel_axes(
        2.95,
        title=f"{draws['id'].nunique():,} test images under {mark.label}: averages less log p(x)",
        xlabel="draws from the encoder",
        ylabel="nats per image",
    )
    _draw_averages(averages, draws, scores)
    test = scores[scores["subset"] == "test"]
    gaps = panel_axes(
        2.95, title=f"all {len(test):,} test images: log p(x) less the bound", xlabel="nats per image", ylabel="class"
    )
    draw_boxes(gaps, test["log_likelihood"] - test["elbo"], test["label"], whiskers=(5, 95))
    for box in gaps.patches:
        box.set_facecolor(BOX)
    gaps.grid(visible=False, axis="y")
    gaps.set_xlim(left=0)
    return panels_of(averages, gaps)


def _draw_averages(axes: Axes, draws: pd.DataFrame, scores: pd.DataFrame) -> None:
    """Draw means over images less that of the scores, with bars of two standard deviations between repetitions."""
    found = draws.groupby("draws").agg(
        inside=("inside", "mean"),
        outside=("outside", "mean"),
        inside_spread=("inside_spread", _of_the_mean),
        outside_spread=("outside_spread", _of_the_mean),
    )
    study = scores.set_index("id")["log_likelihood"].loc[draws["id"].unique()].mean()
    for name, (colour, marker, label) in KINDS.items():
        axes.errorbar(
            found.index.to_numpy(),
            found[name] - study,
            yerr=2 * found[f"{name}_spread"],
            color=colour,
            marker=marker,
            markersize=4,
            linewidth=1.2,
            elinewidth=0.9,
            capsize=2,
            label=label,
        )
    axes.axhline(0, color=INK, linewidth=0.9, zorder=1)
    scale_logarithmic(axes, "x", base=2)
    last = found.index[-1]
    ends = [End(last, found[name].iloc[-1] - study, label, colour) for name, (colour, _, label) in KINDS.items()]
    name_lines(axes, [*ends, End(axes.get_xlim()[1], 0, "the study's log p(x)", INK)])


def _of_the_mean(spread: pd.Series) -> float:
    return float(np.sqrt((spread**2).sum()) / len(spread))
