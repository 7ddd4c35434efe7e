"""Histograms of the log likelihood of test images, by class."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.palette import COLOURS, FAINT, INK, Mark
from pipeline.figures.style import bin_count, fold, house_style, new_figure


@house_style()
def histograms(scores: pd.DataFrame, mark: Mark) -> Figure:
    """Draw the log likelihood of test images under one model, all of them and by class.

    Args:
        scores: columns label, subset, log_likelihood in nats.
        mark: of the model.
    """
    test = scores[scores["subset"] == "test"]
    labels = sorted(test["label"].unique())
    edges = np.histogram_bin_edges(test["log_likelihood"], bins=bin_count(len(test)))
    figure = new_figure(2.1 + 0.36 * len(labels), padding=0.01)
    whole, *rows = figure.subplots(1 + len(labels), 1, sharex=True, height_ratios=[3.2] + [1] * len(labels))
    _stack(whole, test, edges)
    for axes, label in zip(rows, labels, strict=True):
        _ridge(axes, test.loc[test["label"] == label, "log_likelihood"], edges, int(label))
    rows[0].set_title("each class alone, scaled to its highest bin; line: median", pad=4)
    rows[-1].set_xlabel(fold(f"log likelihood under {mark.label} (nats)", 6))
    rows[-1].spines["bottom"].set_visible(True)
    rows[-1].tick_params(bottom=True)
    return figure


def _stack(axes: Axes, test: pd.DataFrame, edges: np.ndarray) -> None:
    sns.histplot(
        test,
        x="log_likelihood",
        hue="label",
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


def _ridge(axes: Axes, values: pd.Series, edges: np.ndarray, label: int) -> None:
    axes.hist(values, bins=edges.tolist(), histtype="stepfilled", color=COLOURS[label])
    axes.axvline(values.median(), color=INK, linewidth=1.2)
    axes.margins(y=0.3)
    axes.set_yticks([])
    axes.set_ylabel(str(label), rotation=0, ha="right", va="center")
    axes.tick_params(bottom=False)
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
