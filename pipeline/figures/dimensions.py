"""Effects of the number of latent dimensions: by training run, by training on the tails, by fit."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import BAND, FAINT, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure

STRATA = {"test": "test", **{f"test.{region}": f"test, {region}" for region in REGIONS}}
"""Strata in which models are compared, in the order of the rows, and the labels of the rows."""

FIT_STRATA = {"validation": "train minus validation", "test.centre": "train minus test, centre"}
FULL, OPEN = "log_likelihood", "elbo"
"""Quantities with filled and with open markers."""


@house_style()
def training_runs(effects: pd.DataFrame, pairs: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw every training run of two kinds of model, and their difference with intervals over images and over runs.

    Args:
        effects: see `EFFECTS`; its rows `runs` name the two kinds.
        pairs: differences between single runs, with intervals over images; see `PAIRS`.
        marks: of the models that represent their kinds.
    """
    own = effects[effects["kind"] == "runs"]
    a, b = own[["model_a", "model_b"]].iloc[-1]
    strata = [stratum for stratum in STRATA if stratum in set(own["stratum"])]
    figure = new_figure(0.95 + 0.4 * len(strata))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.15, 1])
    _draw_runs(left, effects[effects["kind"] == "run"], strata, (b, a), marks)
    _draw_both(right, own, pairs, strata, (a, b), marks[a].colour)
    _draw_rows(left, [STRATA[stratum] for stratum in strata])
    _draw_rows(right, [STRATA[stratum] for stratum in strata])
    left.set_xlabel(fold(f"mean of a run, less that of all runs of {marks[b].label} (nats per image)", 3.0))
    right.set_xlabel(fold(f"{marks[a].label} minus {marks[b].label} (nats per image)", 2.7))
    legend_below(figure, [*_dots([marks[b], marks[a]], "training run of "), *_bars()])
    return figure


@house_style()
def unseen(effects: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw the gain of test images from training on images of the tails, by region, in nats per image.

    Args:
        effects: see `EFFECTS`; its rows `unseen` and `unseen-runs`.
        marks: of the models that were trained without the tails.
    """
    own = effects[effects["kind"].isin(["unseen", "unseen-runs"]) & effects["stratum"].isin(list(STRATA))]
    cores = [name for name in marks if name in set(own["model_b"])]
    strata = [stratum for stratum in STRATA if stratum in set(own["stratum"])]
    figure = new_figure(0.9 + len(strata) * (0.12 + 0.15 * len(cores)))
    axes = figure.subplots()
    for lane, name in enumerate(cores):
        for kind, width in (("unseen", 2.8), ("unseen-runs", 0.9)):
            rows = own[(own["model_b"] == name) & (own["kind"] == kind)].set_index("stratum").reindex(strata).dropna()
            heights = [strata.index(stratum) + _lane(lane, len(cores)) for stratum in rows.index]
            axes.hlines(heights, rows["low"], rows["high"], color=marks[name].colour, linewidth=width)
            if kind == "unseen":
                axes.plot(rows["value"], heights, marks[name].marker, color=marks[name].colour, markersize=5)
    axes.axvline(0, color=INK, linewidth=0.9)
    _draw_rows(axes, [STRATA[stratum] for stratum in strata])
    axes.set_xlabel("gain from having trained on images of the tails (nats per image)")
    legend_below(figure, [*_dots([marks[name] for name in cores]), *_bars(INK)])
    return figure


@house_style()
def fit(effects: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Draw the difference between training images and others of the same region, by log likelihood and by bound.

    Args:
        effects: see `EFFECTS`; its rows `fit`.
        marks: of the models.
    """
    own = effects[effects["kind"] == "fit"]
    models = [name for name in marks if name in set(own["model_a"])]
    strata = [stratum for stratum in FIT_STRATA if stratum in set(own["stratum"])]
    figure = new_figure(0.9 + len(strata) * (0.15 + 0.24 * len(models)))
    axes = figure.subplots()
    for lane, name in enumerate(models):
        for shift, quantity in ((-0.05, FULL), (0.05, OPEN)):
            rows = own[(own["model_a"] == name) & (own["quantity"] == quantity)].set_index("stratum").loc[strata]
            heights = [row + _lane(lane, len(models)) + shift for row in range(len(strata))]
            face = marks[name].colour if quantity == FULL else "white"
            axes.hlines(heights, rows["low"], rows["high"], color=marks[name].colour, linewidth=1.3)
            axes.plot(
                rows["value"],
                heights,
                marks[name].marker,
                color=marks[name].colour,
                markerfacecolor=face,
                markersize=5.5,
            )
    axes.axvline(0, color=INK, linewidth=0.9)
    _draw_rows(axes, [FIT_STRATA[stratum] for stratum in strata])
    axes.set_xlabel("difference of means (nats per image)")
    kinds = [("log likelihood", INK), ("evidence lower bound", "white")]
    styles = [
        Line2D([], [], color=INK, marker="o", linestyle="", markersize=5, markerfacecolor=face, label=label)
        for label, face in kinds
    ]
    legend_below(figure, [*_dots([marks[name] for name in models]), *styles])
    return figure


def _draw_runs(
    axes: Axes, runs: pd.DataFrame, strata: list[str], kinds: tuple[str, str], marks: Mapping[str, Mark]
) -> None:
    """Draw one dot per run, in a lane of its kind, relative to the mean of the first kind."""
    for row, stratum in enumerate(strata):
        part = runs[runs["stratum"] == stratum]
        centre = part.loc[part["model_b"] == kinds[0], "value"].mean()
        for lane, kind in enumerate(kinds):
            own = part.loc[part["model_b"] == kind, "value"] - centre
            height, mark = row + _lane(lane, 2), marks[kind]
            axes.plot([own.mean()] * 2, [height - 0.14, height + 0.14], color=mark.colour, linewidth=1.6)
            heights = [height] * len(own)
            axes.plot(own, heights, mark.marker, color=mark.colour, markersize=5, markerfacecolor="none")
    axes.axvline(0, color=INK, linewidth=0.9)


def _draw_both(
    axes: Axes, own: pd.DataFrame, pairs: pd.DataFrame, strata: list[str], models: tuple[str, str], colour: str
) -> None:
    """Draw two bars per row: over images for the single runs, over runs for the kinds."""
    single = pairs[(pairs["model_a"] == models[0]) & (pairs["model_b"] == models[1]) & (pairs["subset"] == "test")]
    for row in single.to_dict("records"):
        stratum = "test" if f"test.{row['region']}" not in STRATA else f"test.{row['region']}"
        if stratum in strata:
            height = strata.index(stratum) + _lane(0, 2)
            axes.hlines(height, row["low"], row["high"], color=colour, linewidth=2.8)
            axes.plot(row["difference"], height, "o", color=colour, markersize=5)
    for row in own[(own["model_a"] == models[0]) & (own["model_b"] == models[1])].to_dict("records"):
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
