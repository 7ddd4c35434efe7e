"""Curves against the number of latent dimensions, and its effects by training run and by training on the tails."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import BAND, FAINT, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure
from pipeline.investigations.compare.strata import stratum

STRATA = {"test": "test", **{f"test.{region}": f"test, {region}" for region in REGIONS}}
"""Strata in which models are compared, in the order of the rows, and the labels of the rows."""


@house_style()
def training_runs(
    effects: pd.DataFrame, pairs: pd.DataFrame, marks: Mapping[str, Mark], models: tuple[str, str]
) -> Figure:
    """Draw every training run of two kinds of model, and their difference with intervals over images and over runs.

    Args:
        effects: see `EFFECTS`.
        pairs: differences between single runs, with intervals over images; see `PAIRS`.
        marks: of the models that represent their kinds.
        models: that represent the two kinds; the effects have rows `runs` of them.
    """
    a, b = models
    own = effects[(effects["kind"] == "runs") & (effects["model_a"] == a) & (effects["model_b"] == b)]
    strata = [one for one in STRATA if one in set(own["stratum"])]
    figure = new_figure(0.95 + 0.4 * len(strata))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.15, 1])
    _draw_runs(left, effects[effects["kind"] == "run"], strata, (b, a), marks)
    _draw_both(right, own, between(pairs, a, b), strata, marks[a].colour)
    _draw_rows(left, [STRATA[one] for one in strata])
    _draw_rows(right, [STRATA[one] for one in strata])
    left.set_xlabel(fold(f"mean of a run, less that of all runs of {marks[b].label} (nats per image)", 3.0))
    right.set_xlabel(fold(f"{marks[a].label} minus {marks[b].label} (nats per image)", 2.7))
    legend_below(figure, [*_dots([marks[b], marks[a]], "training run of "), *_bars()])
    return figure


@house_style()
def unseen(pairs: pd.DataFrame, effects: pd.DataFrame, marks: Mapping[str, Mark], tails: Mapping[str, str]) -> Figure:
    """Draw the gain of test images from training on images of the tails, by region, in nats per image.

    Args:
        pairs: differences between single models, with intervals over images; see `PAIRS`.
        effects: see `EFFECTS`; its rows `runs` and `unseen-runs`.
        marks: of the models that were trained without the tails.
        tails: model that was trained on as many images, those of the tails among them, of each of these models.
    """
    single = {core: between(pairs, seen, core) for core, seen in tails.items()}
    over_runs = effects[effects["kind"].isin(["runs", "unseen-runs"])]
    several = {core: between(over_runs, seen, core) for core, seen in tails.items()}
    strata = [one for one in STRATA if any(one in set(table["stratum"]) for table in single.values())]
    figure = new_figure(0.9 + len(strata) * (0.12 + 0.15 * len(tails)))
    axes = figure.subplots()
    for lane, core in enumerate(tails):
        for table, width in ((single[core], 2.8), (several[core], 0.9)):
            rows = table.set_index("stratum").reindex(strata).dropna(subset=["low"])
            heights = [strata.index(one) + _lane(lane, len(tails)) for one in rows.index]
            axes.hlines(heights, rows["low"], rows["high"], color=marks[core].colour, linewidth=width)
            if table is single[core]:
                axes.plot(rows["difference"], heights, marks[core].marker, color=marks[core].colour, markersize=5)
    axes.axvline(0, color=INK, linewidth=0.9)
    _draw_rows(axes, [STRATA[one] for one in strata])
    axes.set_xlabel("gain from having trained on images of the tails (nats per image)")
    legend_below(figure, [*_dots([marks[name] for name in tails]), *_bars(INK)])
    return figure


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
            height, mark = row + _lane(lane, 2), marks[kind]
            axes.plot([own.mean()] * 2, [height - 0.14, height + 0.14], color=mark.colour, linewidth=1.6)
            heights = [height] * len(own)
            axes.plot(own, heights, mark.marker, color=mark.colour, markersize=5, markerfacecolor="none")
    axes.axvline(0, color=INK, linewidth=0.9)


def _draw_both(axes: Axes, own: pd.DataFrame, single: pd.DataFrame, strata: list[str], colour: str) -> None:
    """Draw two bars per row: over images for the single runs, over runs for the kinds."""
    for row in single[single["stratum"].isin(strata)].to_dict("records"):
        height = strata.index(row["stratum"]) + _lane(0, 2)
        axes.hlines(height, row["low"], row["high"], color=colour, linewidth=2.8)
        axes.plot(row["difference"], height, "o", color=colour, markersize=5)
    for row in own.to_dict("records"):
        height = strata.index(row["stratum"]) + _lane(1, 2)
        clear = row["low"] > 0 or row["high"] < 0
        axes.hlines(height, row["low"], row["high"], color=colour, linewidth=0.9)
        axes.plot(row["value"], height, "o", color=colour, markersize=5, markerfacecolor=colour if clear else "white")
    axes.axvline(0, color=INK, linewidth=0.9)


def _lane(lane: int, lanes: int) -> float:
    """Return the offset of a lane from the middle of its row, in units of a row."""
    return (lane - (lanes - 1) / 2) * 0.72 / max(lanes, 2)


def _draw_rows(axes: Axes, labels: Sequence[str]) -> None:
    for row in range(0, len(labels), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=BAND, linewidth=0)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")


def _dots(shown: Sequence[Mark], before: str = "") -> list[Line2D]:
    return [
        Line2D([], [], color=one.colour, marker=one.marker, linestyle="", markersize=5, label=before + one.label)
        for one in shown
    ]


def _bars(colour: str = FAINT) -> list[Line2D]:
    widths = {"interval over images, these weights": 2.8, "interval over training runs": 0.9}
    return [Line2D([], [], color=colour, linewidth=width, label=label) for label, width in widths.items()]
