"""How likely test images are, class by class."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.palette import COLOURS, FAINT, INK, Mark
from pipeline.figures.style import bin_count, fold, house_style, new_figure


@house_style()
def histograms(scores: pd.DataFrame, mark: Mark) -> Figure:
    """Log likelihood of test images under one model, all of them and class by class.

    Args:
        scores: columns digit, set, log_likelihood in nats.
        mark: of the model.
    """
    test = scores[scores["set"] == "test"]
    digits = sorted(test["digit"].unique())
    edges = np.histogram_bin_edges(test["log_likelihood"], bins=bin_count(len(test)))
    figure = new_figure(2.1 + 0.36 * len(digits), padding=0.01)
    whole, *rows = figure.subplots(1 + len(digits), 1, sharex=True, height_ratios=[3.2] + [1] * len(digits))
    _stack(whole, test, edges)
    for axes, digit in zip(rows, digits, strict=True):
        _ridge(axes, test.loc[test["digit"] == digit, "log_likelihood"], edges, int(digit))
    rows[0].set_title("each class alone, scaled to its highest bin; line: median", pad=4)
    rows[-1].set_xlabel(fold(f"log likelihood under {mark.label} (nats)", 6))
    rows[-1].spines["bottom"].set_visible(True)
    rows[-1].tick_params(bottom=True)
    return figure


def _stack(axes: Axes, test: pd.DataFrame, edges: np.ndarray) -> None:
    sns.histplot(
        test,
        x="log_likelihood",
        hue="digit",
        hue_order=range(len(COLOURS)),
        palette=list(COLOURS),
        multiple="stack",
        element="step",
        bins=edges,
        linewidth=0,
        alpha=1,
        legend=False,
        ax=axes,
    )
    axes.set(title=f"all {len(test):,} test images, coloured by class", ylabel="images", xlabel="")


def _ridge(axes: Axes, values: pd.Series, edges: np.ndarray, digit: int) -> None:
    axes.hist(values, bins=edges.tolist(), histtype="stepfilled", color=COLOURS[digit])
    axes.axvline(values.median(), color=INK, linewidth=1.2)
    axes.margins(y=0.3)
    axes.set_yticks([])
    axes.set_ylabel(str(digit), rotation=0, ha="right", va="center")
    axes.tick_params(bottom=False)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
