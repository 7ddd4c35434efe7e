"""A conditional model as a classifier: its calibration and its confusion matrix."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from pipeline.figures.palette import COLOURS, FAINT, INK, Mark
from pipeline.figures.panels import TEXT, lines_of, panel_axes, panels_of, spread
from pipeline.figures.style import house_style
from pipeline.numbers.bayes import predict
from pipeline.numbers.calibration import reliability

GROUPS = {"test": "test images", "tails": "images of the tails"}
"""Titles of the panels of `test` and of the four tails together."""
BELOW = -0.34
"""Lower end of the scale of accuracy, with room for the numbers of images."""
APART = 0.045
"""Distance between two numbers of images, as a share of the scale of confidence."""
TINTS = LinearSegmentedColormap.from_list("errors", ["#E4F0F8", "#7FB8DC"])
"""Colours behind the smallest and the largest number of mistakes, both light enough for text."""


@house_style()
def classification(classified: pd.DataFrame, mark: Mark, confidence: float) -> list[Figure]:
    """Draw accuracy against confidence with Wilson intervals, of `test` and of the tails, and the confusion matrix.

    Args:
        classified: one row per image and label, as in `CLASSIFIED`.
        mark: of the model.
        confidence: of the intervals.
    """
    found = predict(classified)
    parts = {title: found[(found["subset"] == "test") == (group == "test")] for group, title in GROUPS.items()}
    titled = {f"{mark.label}: {len(part):,} {title}": part for title, part in parts.items() if len(part)}
    lines = max(map(lines_of, titled), default=1)
    panels = []
    for title, part in titled.items():
        axes = panel_axes(
            3.3, title=title, xlabel="mean posterior of the predicted class", ylabel="accuracy", lines=lines
        )
        _draw_reliability(axes, reliability(part, confidence))
        panels.append(axes)
    wrong = f"{int((~found['correct']).sum()):,} of {len(found):,} images of both misclassified"
    panels.append(panel_axes(3.3, title=wrong, xlabel="predicted class", ylabel="class"))
    _draw_confusion(panels[-1], found)
    return panels_of(*panels)


def _draw_reliability(axes: Axes, bins: pd.DataFrame) -> None:
    """Draw one mark per bin of confidence with its interval, and below it the number of its images."""
    axes.plot([0, 1], [0, 1], color=INK, linewidth=0.9)
    axes.vlines(bins["confidence"], bins["low"], bins["high"], color=COLOURS[0], linewidth=1.2)
    axes.plot(bins["confidence"], bins["accuracy"], "o", color=COLOURS[0], markersize=4.5)
    places = spread(bins["confidence"].to_numpy(), np.full(len(bins), APART), 1 + APART / 2)
    for place, count in zip(places, bins["images"], strict=True):
        axes.text(place, -0.05, f"{count:,}", rotation=90, ha="center", va="top", fontsize=TEXT)
    axes.text(-0.02, -0.05, "images:", rotation=90, ha="center", va="top", fontsize=TEXT)
    axes.set(xlim=(-0.06, 1.03), ylim=(BELOW, 1.03), yticks=[0, 0.25, 0.5, 0.75, 1], xticks=[0, 0.25, 0.5, 0.75, 1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")


def _draw_confusion(axes: Axes, found: pd.DataFrame) -> None:
    """Draw the number of images of each class that were predicted as each other class, without the diagonal."""
    classes = range(len(COLOURS))
    wrong = found[~found["correct"]]
    counts = np.zeros((len(classes), len(classes)), dtype=int)
    np.add.at(counts, (wrong["label"].to_numpy(), wrong["predicted"].to_numpy()), 1)
    shown = np.ma.masked_equal(counts, 0)
    axes.pcolormesh(shown, cmap=TINTS, vmin=1, vmax=max(2, counts.max()), edgecolors="none")
    for label, predicted in np.argwhere(counts):
        axes.text(predicted + 0.5, label + 0.5, f"{counts[label, predicted]}", ha="center", va="center", fontsize=TEXT)
    axes.plot([0, len(classes)], [0, len(classes)], color=FAINT, linewidth=0.8)
    middles = [label + 0.5 for label in classes]
    axes.set_xticks(middles, [str(label) for label in classes])
    axes.set_yticks(middles, [str(label) for label in classes])
    axes.hlines(range(len(classes) + 1), 0, len(classes), color="#E3E3E3", linewidth=0.5)
    axes.vlines(range(len(classes) + 1), 0, len(classes), color="#E3E3E3", linewidth=0.5)
    axes.set(xlim=(0, len(classes)), ylim=(len(classes), 0))
    axes.grid(visible=False)
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
