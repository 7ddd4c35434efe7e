"""Regression of the gain from more latent dimensions, and the images with the most negative gain."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.figures.comparison import first_of_each_class, gain_panel
from pipeline.figures.palette import FAINT, INK, Mark
from pipeline.figures.panels import LINE, TEXT, lines_of, panel_axes, panels_of
from pipeline.figures.rows import draw_intervals, draw_rows, draw_zero, label_x
from pipeline.figures.style import house_style, plain

SHARES = {
    "label": "class",
    "ink": "ones",
    "pc1_within_class": "within-class axis",
    "distance": "distance to\nclass mean",
}
SLOPES = {
    "ink": "ones",
    "pc1_within_class": "within-class axis",
    "pc1_within_class_size": "its distance from zero",
    "distance": "distance to class mean",
}
OUTLYING = 2.0
"""A single value this many times as far from zero as all others does not set the range."""


@house_style()
def gain_model(effects: pd.DataFrame, marks: Mapping[str, Mark]) -> list[Figure]:
    """Draw a panel of the shares of the variance of the gain, and one of the regression's coefficients in nats.

    Args:
        effects: see `EFFECTS`; its rows `gain-share` and `gain-slope`.
        marks: of the models.
    """
    shares, slopes = (_quantities(effects, kind) for kind in ("gain-share", "gain-slope"))
    classes = [name for name in slopes.index if name.startswith("label_")]
    labels = [f"class {name.removeprefix('label_')}" for name in classes]
    a, b = (marks[name].label for name in effects.loc[effects["kind"] == "gain-slope", ["model_a", "model_b"]].iloc[0])
    words = f"share of the variance of the gain of {a} over {b} (per cent)"
    explained = panel_axes(1.75 + LINE * lines_of(words))
    _draw_shares(explained, shares)
    label_x(explained, words)
    coefficients = panel_axes(0.85 + 0.19 * (len(SLOPES) + len(classes)))
    _draw_slopes(coefficients, slopes.loc[[*SLOPES, *classes]], [*SLOPES.values(), *labels])
    label_x(coefficients, "nats per standard deviation of the predictor; for a class, nats relative to the mean of all")
    return panels_of(explained, coefficients)


@house_style()
def most_negative_gains(
    clear: pd.DataFrame,
    images: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    labels: tuple[str, str],
) -> list[Figure]:
    """Draw the image of every class that loses most from more latent dimensions; a class without losses has none.

    Args:
        clear: one row per image: id, label, gain in nats; the most negative gain first.
        images: binary images.
        ids: of the images.
        labels: of the model with fewer and of the one with more dimensions.
    """
    title = f"{labels[1]} loses most against {labels[0]}, by class (nats)"
    return [gain_panel(title, first_of_each_class(clear), images, ids)]


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
    axes.grid(visible=False, axis="y")


def _draw_slopes(axes: Axes, slopes: pd.DataFrame, labels: list[str]) -> None:
    """Draw one dot per coefficient with its interval; one that lies far from all others is a number instead."""
    draw_rows(axes, labels)
    draw_zero(axes)
    draw_intervals(axes, np.arange(len(slopes)), slopes["value"], slopes["low"], slopes["high"])
    axes.axhline(len(SLOPES) - 0.5, color=FAINT, linewidth=0.8)
    low, high = _range(slopes)
    axes.set_xlim(low, high)
    for row, (value, *ends) in enumerate(slopes[["value", "low", "high"]].to_numpy(float).tolist()):
        if not low < value < high:
            words = f"{plain(value, 1)} ({plain(ends[0], 1)} to {plain(ends[1], 1)})"
            words, edge, side = (f"{words} →", 1, "right") if value > high else (f"← {words}", 0, "left")
            axes.text(edge, row, words, transform=axes.get_yaxis_transform(), ha=side, va="center", fontsize=TEXT)


def _range(slopes: pd.DataFrame) -> tuple[float, float]:
    """Return the limits of the scale, without a single value that lies far from all others."""
    far = slopes[["low", "high"]].abs().max(axis=1).sort_values()
    within = slopes.loc[far.index[:-1]] if len(far) > 1 and far.iloc[-1] > OUTLYING * far.iloc[-2] else slopes
    low, high = min(0.0, within["low"].min()), max(0.0, within["high"].max())
    margin = 0.06 * (high - low)
    return low - margin, high + margin
