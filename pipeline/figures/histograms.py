"""Distribution of the log likelihood of test images in each class."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.figures.palette import COLOURS, FAINT, INK, Mark
from pipeline.figures.panels import LINE, TEXT, lines_of, panel_axes, panels_of
from pipeline.figures.style import bin_count, house_style, plain

HEIGHT = 0.85
"""Height of the highest bin of a class, where the distance between two classes is one."""


@house_style()
def histograms(scores: pd.DataFrame, mark: Mark) -> list[Figure]:
    """Draw a histogram of the log likelihood of the test images of each class, the likeliest class on top.

    Each is scaled to its highest bin and has a line at its median, by which the classes are ordered.

    Args:
        scores: columns label, subset, log_likelihood in nats.
        mark: of the model.
    """
    test = scores[scores["subset"] == "test"]
    medians = test.groupby("label")["log_likelihood"].median().sort_values(ascending=False, kind="stable")
    edges = np.histogram_bin_edges(test["log_likelihood"], bins=bin_count(len(test)))
    words = f"log likelihood under {mark.label} (nats per image)"
    axes = panel_axes(0.45 + LINE * lines_of(words) + 0.3 * len(medians), xlabel=words, ylabel="class, by median")
    axes.grid(visible=False)
    for row, (label, median) in enumerate(medians.items()):
        counts, _ = np.histogram(test.loc[test["label"] == label, "log_likelihood"], edges)
        base = len(medians) - 1 - row
        tops = base + HEIGHT * counts / counts.max()
        axes.stairs(tops, edges, baseline=base, fill=True, facecolor=COLOURS[0], edgecolor="white", linewidth=0.5)
        axes.hlines(base, edges[0], edges[-1], color=FAINT, linewidth=0.6)
        axes.vlines(float(median), base, base + HEIGHT, color=INK, linewidth=1.4)
        axes.annotate(
            plain(float(median), 1),
            (1, base + 0.12),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="bottom",
            fontsize=TEXT,
            annotation_clip=False,
        )
    axes.text(1, len(medians), " median", transform=axes.get_yaxis_transform(), va="bottom", fontsize=TEXT)
    axes.set_yticks([row + 0.25 for row in range(len(medians))], [str(label) for label in medians.index[::-1]])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set(ylim=(-0.05, len(medians)), xlim=(edges[0], edges[-1]))
    return panels_of(axes)
