"""Regression of the gain from more latent dimensions, and the images with the most negative gain."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.comparison import gain_walls
from pipeline.figures.palette import COLOURS, FAINT, INK, Mark
from pipeline.figures.style import fold, house_style, new_figure

SHARES = {
    "label": "class",
    "ink": "ones",
    "pc1_within_class": "within-class axis",
    "distance": "distance to class mean",
}
SLOPES = {
    "ink": "ones",
    "pc1_within_class": "within-class axis",
    "pc1_within_class_size": "its distance from zero",
    "distance": "distance to class mean",
}


@house_style()
def gain_model(effects: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw the shares of the explained variance of the gain, and the regression's coefficients in nats.

    Args:
        effects: see `EFFECTS`; its rows `gain-share` and `gain-slope`.
        marks: of the models.
    """
    shares, slopes = (_quantities(effects, kind) for kind in ("gain-share", "gain-slope"))
    classes = [name for name in slopes.index if name.startswith("label_")]
    labels = [f"class {name.removeprefix('label_')}" for name in classes]
    figure = new_figure(0.85 + 0.19 * (len(SLOPES) + len(classes)))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
    _draw_shares(left, shares)
    colours = [INK] * len(SLOPES) + [COLOURS[int(name.removeprefix("label_"))] for name in classes]
    _draw_slopes(right, slopes.loc[[*SLOPES, *classes]], [*SLOPES.values(), *labels], colours)
    a, b = (marks[name].label for name in effects.loc[effects["kind"] == "gain-slope", ["model_a", "model_b"]].iloc[0])
    left.set_xlabel(fold(f"share of the variance of the gain of {a} over {b} (per cent)", 2.6))
    right.set_xlabel(fold("nats per standard deviation; for a class, relative to the mean of all", 2.4))
    return figure


@house_style()
def most_negative_gains(
    clear: pd.DataFrame,
    images: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    labels: tuple[str, str],
    count: int,
) -> Figure:
    """Draw the images that lose most from more latent dimensions: over all classes, and the worst of each class.

    Args:
        clear: one row per image: id, label, gain in nats; the most negative gain first.
        images: binary images.
        ids: of the images.
        labels: of the model with fewer and of the one with more dimensions.
        count: images per row.
    """
    worst = clear.groupby("label", sort=True).head(1).sort_values("label")
    gain = clear.set_index("id")["gain"]
    blocks = {
        f"{labels[1]} loses most against {labels[0]} (nats under each image)": gain[:count],
        "the most negative gain of each class that has one": gain.loc[worst["id"][:count]],
    }
    return gain_walls(blocks, images, ids, count)


def _quantities(effects: pd.DataFrame, kind: str) -> pd.DataFrame:
    return effects[effects["kind"] == kind].set_index("quantity")[["value", "low", "high"]]


def _draw_shares(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw one bar per group of predictors, and one for the unexplained rest."""
    rows = 100 * shares.loc[list(SHARES)]
    rest = 100 * (1 - shares.loc["all"])
    values = [*rows["value"], rest["value"]]
    low, high = [*rows["low"], rest["high"]], [*rows["high"], rest["low"]]
    y = range(len(values))
    filled = [*[FAINT] * len(SHARES), "white"]
    axes.barh(y, values, color=filled, edgecolor=FAINT, linewidth=0.9, height=0.6)
    axes.hlines(y, low, high, color=INK, linewidth=1.3)
    axes.set_yticks(y, [*SHARES.values(), "none of these"])
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _draw_slopes(axes: Axes, slopes: pd.DataFrame, labels: list[str], colours: list[str]) -> None:
    y = range(len(slopes))
    axes.hlines(y, slopes["low"], slopes["high"], color=colours, linewidth=1.6)
    axes.scatter(slopes["value"], y, color=colours, s=22, zorder=3)
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.axhline(len(SLOPES) - 0.5, color=FAINT, linewidth=0.8)
    axes.set_yticks(y, labels)
    axes.set_ylim(len(slopes) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
