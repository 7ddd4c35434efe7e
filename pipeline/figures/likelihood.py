"""Differences of mean log likelihood from the middle model, by subset and by region."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.core.statistics import mean_normal
from pipeline.data.subsets import REGIONS, TAILS
from pipeline.figures.palette import Mark
from pipeline.figures.panels import LINE, add_legend, key, lines_of, panel_axes, panels_of
from pipeline.figures.rows import difference_range, draw_intervals, draw_rows, draw_zero, label_x, scale_differences
from pipeline.figures.style import house_style, plain
from pipeline.likelihood.subset_means import WHOLE, parts

GROUPS = {
    "test images": {("test", WHOLE): "all", **{("test", region): region for region in REGIONS}},
    "images of the training file": {(name, WHOLE): name for name in ("train", "validation", *TAILS)},
}
"""For each panel its title, and the label of each subset and region, in the order of the rows."""

SMALL = {"markersize": 4.2, "markeredgewidth": 0}
"""Look of the markers, which stand close together."""


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
    panels: list[Axes] = []
    for title, places in shown.items():
        if places:
            labels = [_label(GROUPS[title][place], *own[place]) for place in places]
            panels.append(_draw(title, labels, places, found, marks, middle))
            scale_differences(panels[-1], limits)
    if len(marks) > 1:
        add_legend(panels[0], [key(mark, linewidth=1.1, **SMALL) for name, mark in marks.items() if name != middle])
    return panels_of(*panels)


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
) -> Axes:
    """Draw a panel with a row per place and, in each row, a lane per model."""
    others = [name for name in marks if name != middle]
    pitch = max(len(others) + 1.0, 3.0)
    words = f"log likelihood less that under {marks[middle].label} (nats per image)"
    axes = panel_axes(0.4 + LINE * lines_of(words) + len(places) * max(0.115 * pitch, 2.4 * LINE), title=title)
    draw_rows(axes, labels, pitch)
    for lane, name in enumerate(others):
        own = found[found["model"] == name].set_index(["subset", "region"])
        own = own.loc[[place for place in places if place in own.index]]
        heights = [places.index(place) * pitch + lane - (len(others) - 1) / 2 for place in own.index]
        mark = marks[name]
        look = {"marker": mark.marker, "label": mark.label, **SMALL}
        draw_intervals(axes, heights, own["difference"], own["low"], own["high"], mark.colour, width=1.1, **look)
    draw_zero(axes)
    label_x(axes, words)
    return axes
