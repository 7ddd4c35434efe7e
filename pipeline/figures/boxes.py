"""Values of many images, class by class."""

import pandas as pd
from matplotlib.axes import Axes

from pipeline.figures.palette import COLOURS


def draw_boxes(axes: Axes, values: pd.Series, digit: pd.Series, whiskers: float | tuple[float, float]) -> None:
    """One box a class in its colour, the first on top; they are the legend of what is beside them.

    Args:
        axes: get a row a class.
        values: of every image.
        digit: the class of every image.
        whiskers: how far they reach, in heights of the box or as percentiles.
    """
    digits = sorted(digit.unique().tolist())
    boxes = axes.boxplot(
        [own.to_numpy() for _, own in values.groupby(digit)],
        positions=digits,
        orientation="horizontal",
        showfliers=False,
        whis=whiskers,
        patch_artist=True,
        widths=0.62,
        medianprops={"color": "white", "linewidth": 1.6},
    )
    for one, box in zip(digits, boxes["boxes"], strict=True):
        box.set(facecolor=COLOURS[one], linewidth=0.8)
    axes.set_yticks(digits, [str(one) for one in digits])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
