"""Differences of mean log likelihood from the middle model, by subset and by region."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.core.statistics import mean_normal
from pipeline.data.subsets import REGIONS, TAILS
from pipeline.figures.palette import Mark
from pipeline.figures.rows import (
    LINE,
    colour_of,
    difference_range,
    draw_rows,
    draw_zero,
    folded,
    head,
    label_x,
    legend,
    legend_height,
    lines_of,
    new_axes,
    plain,
    scale_differences,
)
from pipeline.figures.style import house_style
from pipeline.likelihood.subset_means import WHOLE, parts

GROUPS = {
    "test images": {("test", WHOLE): "all", **{("test", region): region for region in REGIONS}},
    "images of the training file": {(name, WHOLE): name for name in ("train", "validation", *TAILS)},
}
"""For each panel its title, and the label of each subset and region, in the order of the rows."""


@house_style()
def likelihood(
    scores: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark], middle: str, confidence: float
) -> list[Figure]:
    """Draw how much likelier images are under every model than under the middle one, in nats per image.

    Args:
        scores: of the models, one row per image.
        marks: of the models; a model has the same lane in every row.
        middle: name of the middle model; its own mean is in the labels of the rows.
        confidence: of the intervals over images.

    Returns:
        A panel for the test file and its regions, and one for the parts of the training file, if they were scored.
    """
    own = means(scores[middle])
    found = differences_from(scores, middle, [name for name in marks if name != middle], confidence)
    limits = difference_range(found["low"].min(), found["high"].max()) if len(found) else (-1.5, 1.5)
    shown = {title: [place for place in group if place in own] for title, group in GROUPS.items()}
    panels: list[Figure] = []
    for title, places in shown.items():
        if places:
            labels = [_label(GROUPS[title][place], *own[place]) for place in places]
            handles = _handles(marks, middle) if not panels else []
            panels.append(_draw(title, labels, places, found, marks, middle, limits, handles))
    return panels


def means(scores: pd.DataFrame) -> dict[tuple[str, str], tuple[float, int]]:
    """Return the mean log likelihood in nats and the number of images, by subset and region."""
    return {
        (subset, region): (float(part["log_likelihood"].mean()), len(part)) for subset, region, part in parts(scores)
    }


def differences_from(
    scores: Mapping[str, pd.DataFrame], middle: str, others: list[str], confidence: float
) -> pd.DataFrame:
    """Return the mean over images of log p(x) under each model less that under the middle one.

    Returns:
        One row per model, subset and region with an image that both scored: model, subset, region, and the mean
        difference with an interval over images, from low to high, in nats.
    """
    reference = scores[middle][["id", "log_likelihood"]].rename(columns={"log_likelihood": "reference"})
    rows = []
    for name in others:
        both = scores[name].merge(reference, on="id", validate="one_to_one")
        for subset, region, part in parts(both):
            values = (part["log_likelihood"] - part["reference"]).to_numpy(np.float64)
            if len(values):
                ends = mean_normal(values, confidence) if len(values) > 1 else [values[0]] * 3
                rows.append((name, subset, region, *ends))
    return pd.DataFrame(rows, columns=["model", "subset", "region", "difference", "low", "high"])


def _label(name: str, mean: float, images: int) -> str:
    return f"{name} ({images:,})\n{plain(mean, 1)} nats"


def _draw(
    title: str,
    labels: list[str],
    places: list[tuple[str, str]],
    found: pd.DataFrame,
    marks: Mapping[str, Mark],
    middle: str,
    limits: tuple[float, float],
    handles: list[Line2D],
) -> Figure:
    """Draw a panel with a row per place and, in each row, a lane per model."""
    others = [name for name in marks if name != middle]
    pitch = max(len(others) + 1.0, 3.0)
    words = f"log likelihood less that under {marks[middle].label} (nats per image)"
    height = 0.4 + LINE * lines_of(words) + len(places) * max(0.115 * pitch, 2.4 * LINE)
    figure, axes = new_axes(height + (legend_height([str(one.get_label()) for one in handles]) if handles else 0))
    draw_rows(axes, labels, pitch)
    for lane, name in enumerate(others):
        own = found[found["model"] == name].set_index(["subset", "region"])
        own = own.loc[[place for place in places if place in own.index]]
        heights = [places.index(place) * pitch + lane - (len(others) - 1) / 2 for place in own.index]
        _draw_lane(axes, own, heights, marks[name])
    draw_zero(axes)
    scale_differences(axes, limits)
    head(figure, title)
    label_x(axes, words)
    if handles:
        legend(figure, handles)
    return figure


def _draw_lane(axes: Axes, own: pd.DataFrame, heights: list[float], mark: Mark) -> None:
    axes.hlines(heights, own["low"], own["high"], color=colour_of(mark), linewidth=1.1)
    axes.plot(
        own["difference"],
        heights,
        mark.marker,
        color=colour_of(mark),
        markersize=4.2,
        markeredgewidth=0,
        label=mark.label,
    )


def _handles(marks: Mapping[str, Mark], middle: str) -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            color=colour_of(mark),
            marker=mark.marker,
            linewidth=1.1,
            markersize=4.2,
            markeredgewidth=0,
            label=folded(mark.label, 0.9),
        )
        for name, mark in marks.items()
        if name != middle
    ]
