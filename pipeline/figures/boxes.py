"""Box plots of values of images, by class."""

import pandas as pd
from matplotlib.axes import Axes

from pipeline.figures.contrast import legible
from pipeline.figures.palette import COLOURS, INK


def draw_boxes(axes: Axes, values: pd.Series, label: pd.Series, whiskers: float | tuple[float, float]) -> None:
    """Draw one box per class in its colour, the first class on top; the boxes serve as a legend of the colours.

    Args:
        axes: get one row per class.
        values: one per image.
        label: the class of every image.
        whiskers: their length in interquartile ranges, or their ends as percentiles.
    """
    classes = sorted(label.unique().tolist())
    boxes = axes.boxplot(
        [own.to_numpy() for _, own in values.groupby(label)],
        positions=classes,
        orientation="horizontal",
        showfliers=False,
        whis=whiskers,
        patch_artist=True,
        widths=0.62,
        medianprops={"color": "white", "linewidth": 1.6},
    )
    for one, box in zip(classes, boxes["boxes"], strict=True):
        box.set(facecolor=legible(COLOURS[one]), edgecolor=INK, linewidth=0.8)
    axes.set_yticks(classes, [str(one) for one in classes])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
