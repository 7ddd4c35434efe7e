"""Two models compared image by image."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from jaxtyping import Int32, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.data.subsets import HOLDOUTS
from pipeline.figures.boxes import draw_boxes
from pipeline.figures.palette import COLOURS, INK, Mark
from pipeline.figures.style import fold, house_style, new_figure
from pipeline.figures.wall import Row, draw_wall, pick, wall_height


@house_style()
def scatter(paired: pd.DataFrame, mark_a: Mark, mark_b: Mark) -> Figure:
    """Draw the log likelihood of every holdout image under two models, and the gain of the second by class.

    Args:
        paired: columns label, subset, a, b: log likelihood in nats under the first and second model.
        mark_a: of the first model.
        mark_b: of the second model.
    """
    holdout = paired[paired["subset"].isin(HOLDOUTS)]
    figure = new_figure(4.6)
    left, right = figure.subplots(1, 2, width_ratios=[1.75, 1])
    sns.scatterplot(
        holdout,
        x="a",
        y="b",
        hue="label",
        hue_order=range(len(COLOURS)),
        palette=list(COLOURS),
        s=max(2, min(12, 12_000 / len(holdout))),
        linewidth=0,
        legend=False,
        rasterized=True,
        antialiased=False,
        ax=left,
    )
    ends = [holdout[["a", "b"]].min().min(), holdout[["a", "b"]].max().max()]
    left.axline((ends[0], ends[0]), slope=1, color=INK, linewidth=0.9)
    left.set_aspect("equal", adjustable="datalim")
    left.set(
        title=f"{len(holdout):,} holdout images; line: equally likely",
        xlabel=fold(f"log likelihood under {mark_a.label} (nats)", 3.8),
        ylabel=fold(f"log likelihood under {mark_b.label} (nats)", 3.6),
    )
    _draw_gains(right, holdout)
    right.set_xlabel(fold(f"{mark_b.label} minus {mark_a.label} (nats)", 2.2))
    return figure


@house_style()
def gains(
    paired: pd.DataFrame,
    images: UInt8[np.ndarray, "n pixels"],
    ids: Int32[np.ndarray, " n"],
    labels: tuple[str, str],
    count: int,
) -> Figure:
    """Draw the holdout images whose log likelihood gains most and least from the second model.

    Args:
        paired: columns id, subset, a, b: log likelihood in nats under the first and second model.
        images: binary images.
        ids: of the images.
        labels: of the first and the second model.
        count: images per row; there are two rows of each kind.
    """
    holdout = paired[paired["subset"].isin(HOLDOUTS)]
    by_id = holdout.set_index("id")
    gain = (by_id["b"] - by_id["a"]).sort_values(kind="stable")
    kinds = {"most": gain[::-1][: 2 * count], "least": gain[: 2 * count]}
    blocks = {f"{labels[1]} gains {kind} over {labels[0]} (nats under each image)": own for kind, own in kinds.items()}
    return gain_walls(blocks, images, ids, count)


def gain_walls(
    blocks: Mapping[str, pd.Series], images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"], count: int
) -> Figure:
    """Draw images with the gain of each below it: a wall for every block, one below the other.

    Args:
        blocks: gains in nats by id of the image, in the order of the wall, by the title of the wall.
        images: binary images.
        ids: of the images.
        count: images per row.
    """
    walls = [_gain_rows(gain, images, ids, count) for gain in blocks.values()]
    heights = [wall_height(rows, count) + 0.35 for rows in walls]
    figure = new_figure(sum(heights) + 0.1)
    panels = figure.subplots(len(blocks), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, title, rows in zip(panels, blocks, walls, strict=True):
        draw_wall(axes, rows, count)
        axes.set_title(fold(title, 6.8))
    return figure


def pair_up(scores_a: pd.DataFrame, scores_b: pd.DataFrame) -> pd.DataFrame:
    """Return the images that both models scored: id, label, subset, and log likelihoods a and b in nats."""
    second = scores_b.set_index("id")["log_likelihood"].rename("b")
    first = scores_a[["id", "label", "subset", "log_likelihood"]].rename(columns={"log_likelihood": "a"})
    return first.join(second, on="id", how="inner").sort_values("id", ignore_index=True)


def _draw_gains(axes: Axes, holdout: pd.DataFrame) -> None:
    """Draw the gain of the second model by class; the boxes are the legend of the scatter beside them."""
    draw_boxes(axes, holdout["b"] - holdout["a"], holdout["label"], whiskers=1.5)
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.set(title="difference by class", ylabel="class")


def _gain_rows(
    gain: pd.Series, images: UInt8[np.ndarray, "n pixels"], ids: Int32[np.ndarray, " n"], count: int
) -> list[Row]:
    """Return the rows of images of `gain`, in its order, with captions as precise as a row has room for."""
    decimals = 1 if count <= 12 else 0
    captions = [f"{value:+.{decimals}f}".replace("-", "\N{MINUS SIGN}") for value in gain]
    pictures = pick(images, ids, gain.index.to_numpy())
    starts = range(0, len(gain), count)
    return [Row("", pictures[start : start + count], tuple(captions[start : start + count])) for start in starts]
