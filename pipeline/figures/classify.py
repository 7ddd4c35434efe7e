"""A conditional model as a classifier: its calibration and its confusion matrix."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from pipeline.figures.palette import COLOURS, FAINT, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.numbers.bayes import predict
from pipeline.numbers.calibration import reliability

GROUPS = {"test": "o", "tails": "s"}
"""Markers of `test` and of the four tails together."""


@house_style()
def classification(classified: pd.DataFrame, mark: Mark, confidence: float) -> Figure:
    """Draw accuracy against confidence, with Wilson intervals, on the left, and the confusion matrix on the right.

    Args:
        classified: one row per image and label, as in `CLASSIFIED`.
        mark: of the model.
        confidence: of the intervals.
    """
    found = predict(classified)
    figure = new_figure(4.0)
    left, right = figure.subplots(1, 2)
    for (group, marker), colour in zip(GROUPS.items(), COLOURS, strict=False):
        part = found[(found["subset"] == "test") == (group == "test")]
        if len(part):
            bins = reliability(part, confidence)
            _draw_reliability(left, bins, marker, colour, f"{group} ({len(part):,} images)")
    left.axline((0, 0), slope=1, color=INK, linewidth=0.9)
    left.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="mean posterior of the predicted class")
    left.set(ylabel="accuracy", title=fold(mark.label, 3))
    left.set_aspect("equal")
    left.grid()
    legend_below(figure, left.get_legend_handles_labels()[0])
    _draw_confusion(right, found)
    return figure


def _draw_reliability(axes: Axes, bins: pd.DataFrame, marker: str, colour: str, label: str) -> None:
    """Draw one marker per bin of confidence, with its interval."""
    axes.vlines(bins["confidence"], bins["low"], bins["high"], color=colour, linewidth=1)
    axes.plot(bins["confidence"], bins["accuracy"], marker, color=colour, markersize=4.5, label=label)


def _draw_confusion(axes: Axes, found: pd.DataFrame) -> None:
    """Draw the number of images of each class that were predicted as each other class, without the diagonal."""
    classes = range(len(COLOURS))
    wrong = found[~found["correct"]]
    counts = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(counts, (wrong["label"].to_numpy(), wrong["predicted"].to_numpy()), 1)
    sns.heatmap(
        counts,
        vmin=0,
        vmax=max(1, counts.max()),
        cmap=LinearSegmentedColormap.from_list("errors", ["white", COLOURS[0]]),
        annot=np.where(counts > 0, counts.astype(str), ""),
        fmt="",
        annot_kws={"fontsize": 8},
        cbar=False,
        square=True,
        linewidths=0.5,
        linecolor=FAINT,
        ax=axes,
    )
    axes.tick_params(length=0, labelrotation=0)
    axes.set(xlabel="predicted class", ylabel="class", title=f"{len(wrong):,} of {len(found):,} images misclassified")
