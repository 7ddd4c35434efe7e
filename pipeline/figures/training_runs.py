"""Effects of the number of latent dimensions by training run."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import Mark
from pipeline.figures.panels import LINE, add_legend, key, lines_of, panel_axes, panels_of
from pipeline.figures.rows import draw_intervals, draw_rows, draw_zero, label_x
from pipeline.figures.style import house_style
from pipeline.investigations.compare.strata import stratum

STRATA = {"test": "test", **{f"test.{region}": f"test, {region}" for region in REGIONS}}
"""Strata in which models are compared, in the order of the rows, and the labels of the rows."""
IMAGES, RUNS = 2.8, 0.9
"""Widths of intervals over images, for these weights, and over training runs, in points."""


@house_style()
def training_runs(
    effects: pd.DataFrame, pairs: pd.DataFrame, marks: Mapping[str, Mark], models: tuple[str, str]
) -> list[Figure]:
    """Draw every training run of two kinds of model, and their difference with intervals over images and over runs.

    Args:
        effects: see `EFFECTS`.
        pairs: differences between single runs, with intervals over images; see `PAIRS`.
        marks: of the models that represent their kinds.
        models: that represent the two kinds; the effects have rows `runs` of them.

    Returns:
        A panel of the runs, and one of the difference, with the same rows.
    """
    a, b = models
    own = effects[(effects["kind"] == "runs") & (effects["model_a"] == a) & (effects["model_b"] == b)]
    strata = [one for one in STRATA if one in set(own["stratum"])]
    words = [
        f"mean of a run, less that of all runs of {marks[b].label} (nats per image)",
        f"{marks[a].label} minus {marks[b].label} (nats per image)",
    ]
    lines = max(map(lines_of, words))
    runs, both = (panel_axes(0.35 + LINE * lines + 0.34 * len(strata)) for _ in words)
    for axes, label in zip((runs, both), words, strict=True):
        draw_rows(axes, [STRATA[one] for one in strata])
        draw_zero(axes)
        label_x(axes, label, lines)
    _draw_runs(runs, effects[effects["kind"] == "run"], strata, (b, a), marks)
    _draw_both(both, own, between(pairs, a, b), strata)
    add_legend(runs, [dot(marks[one], "none", label=f"runs of {marks[one].label}") for one in (b, a)])
    return panels_of(runs, both)


def between(table: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """Return the rows of two models on the images of `test`, of `PAIRS` with a column `stratum` as in `EFFECTS`."""
    own = table[(table["model_a"] == a) & (table["model_b"] == b)]
    if "stratum" in own:
        return own
    test = own[own["subset"] == "test"]
    return test.assign(stratum=[stratum("test", region) for region in test["region"]])


def _draw_runs(
    axes: Axes, runs: pd.DataFrame, strata: list[str], kinds: tuple[str, str], marks: Mapping[str, Mark]
) -> None:
    """Draw one dot per run, in a lane of its kind, relative to the mean of the first kind."""
    for row, one in enumerate(strata):
        part = runs[runs["stratum"] == one]
        centre = part.loc[part["model_b"] == kinds[0], "value"].mean()
        for lane, kind in enumerate(kinds):
            own = part.loc[part["model_b"] == kind, "value"] - centre
            height, mark = row + lane_offset(lane, 2), marks[kind]
            axes.plot([own.mean()] * 2, [height - 0.14, height + 0.14], color=mark.colour, linewidth=1.6)
            axes.plot(own, [height] * len(own), mark.marker, color=mark.colour, markersize=5, markerfacecolor="none")


def _draw_both(axes: Axes, own: pd.DataFrame, single: pd.DataFrame, strata: list[str]) -> None:
    """Draw the difference of single runs with its interval over images, and that of the means over runs."""
    for row, one in enumerate(strata):
        for lane, (table, name, width) in enumerate(((single, "difference", IMAGES), (own, "value", RUNS))):
            part = table[table["stratum"] == one]
            draw_intervals(
                axes, [row + lane_offset(lane, 2)] * len(part), part[name], part["low"], part["high"], width=width
            )


def lane_offset(lane: int, lanes: int) -> float:
    """Return the offset of a lane from the middle of its row, in units of a row."""
    return (lane - (lanes - 1) / 2) * 0.72 / max(lanes, 2)


def dot(mark: Mark, filling: str, **look: str) -> Line2D:
    """Return the dot of a model for a legend; `filling` is `full` or `none`."""
    return key(mark, linestyle="", markersize=5, fillstyle=filling, **look)
