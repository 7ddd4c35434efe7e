"""Monte Carlo averages inside and outside the logarithm."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.boxes import draw_boxes
from pipeline.figures.palette import COLOURS, INK, Mark
from pipeline.figures.style import house_style, legend_below, new_figure

KINDS = {
    "inside": (COLOURS[0], "o", "log of the mean weight (inside)"),
    "outside": (COLOURS[1], "s", "mean of the log weights (outside)"),
}


@house_style()
def monte_carlo(draws: pd.DataFrame, scores: pd.DataFrame, mark: Mark) -> Figure:
    """Draw both averages against the number of draws (left), and log p(x) less the bound by class (right).

    Args:
        draws: averages of the encoder's weights; see `DRAWS`.
        scores: of the same model.
        mark: of the model.
    """
    figure = new_figure(3.5)
    left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
    _draw_averages(left, draws, scores)
    _draw_gaps(right, scores[scores["subset"] == "test"])
    left.set_title(f"{draws['id'].nunique():,} test images under {mark.label}")
    legend_below(figure, left.get_legend_handles_labels()[0])
    return figure


def _draw_averages(axes: Axes, draws: pd.DataFrame, scores: pd.DataFrame) -> None:
    """Draw means over images, with bars of two standard deviations of that mean between repetitions."""
    found = draws.groupby("draws").agg(
        inside=("inside", "mean"),
        outside=("outside", "mean"),
        inside_spread=("inside_spread", _of_the_mean),
        outside_spread=("outside_spread", _of_the_mean),
    )
    for name, (colour, marker, label) in KINDS.items():
        axes.errorbar(
            found.index.to_numpy(),
            found[name],
            yerr=2 * found[f"{name}_spread"],
            color=colour,
            marker=marker,
            markersize=4,
            linewidth=1.2,
            elinewidth=0.9,
            capsize=2,
            label=label,
        )
    study = scores.set_index("id")["log_likelihood"].loc[draws["id"].unique()].mean()
    axes.axhline(study, color=INK, linestyle="--", linewidth=0.9, label="the study's estimate")
    axes.set_xscale("log", base=2)
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set(xlabel="draws from the encoder", ylabel="mean over images (nats)")
    axes.grid(axis="y")


def _of_the_mean(spread: pd.Series) -> float:
    return float(np.sqrt((spread**2).sum()) / len(spread))


def _draw_gaps(axes: Axes, test: pd.DataFrame) -> None:
    draw_boxes(axes, test["log_likelihood"] - test["elbo"], test["label"], whiskers=(5, 95))
    axes.set(title=f"all {len(test):,} test images", ylabel="class", xlabel="log p(x) less the bound (nats)")
