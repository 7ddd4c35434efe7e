"""What the number of latent dimensions changes: by training run, by having seen the tails, by fit."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import BAND, FAINT, INK, Mark
from pipeline.figures.style import fold, house_style, legend_below, new_figure

PLACES = {"test": "test", **{f"test.{region}": f"test, {region}" for region in REGIONS}}
"""Where models are compared, in the order of the rows, and what the rows are called."""

FIT_PLACES = {"validation": "train minus validation", "test.centre": "train minus test, centre"}
FULL, OPEN = "log_likelihood", "elbo"


@house_style()
def training_runs(effects: pd.DataFrame, pairs: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """Every training run of two kinds of model, and their difference with an interval over images and over runs.

    Args:
        effects: see `EFFECTS`; its rows `runs` name the two kinds.
        pairs: differences between single runs, with intervals over images; see `PAIRS`.
        marks: of the models that stand for their kinds.
    """
    own = effects[effects["kind"] == "runs"]
    a, b = own[["model_a", "model_b"]].iloc[-1]
    places = [place for place in PLACES if place in set(own["place"])]
    figure = new_figure(0.95 + 0.4 * len(places))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.15, 1])
    _draw_runs(left, effects[effects["kind"] == "run"], places, (b, a), marks)
    _draw_both(right, own, pairs, places, (a, b), marks[a].colour)
    _draw_rows(left, [PLACES[place] for place in places])
    _draw_rows(right, [PLACES[place] for place in places])
    left.set_xlabel(fold(f"mean of a run, less that of all runs of {marks[b].label} (nats an image)", 3.0))
    right.set_xlabel(fold(f"{marks[a].label} minus {marks[b].label} (nats an image)", 2.7))
    legend_below(figure, [*_dots([marks[b], marks[a]], "training run of "), *_bars()])
    return figure


@house_style()
def unseen(effects: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """What having trained on the tails is worth for the test images of every region, in nats an image.

    Args:
        effects: see `EFFECTS`; its rows `unseen` and `unseen-runs`.
        marks: of the models that have not seen the tails.
    """
    own = effects[effects["kind"].isin(["unseen", "unseen-runs"]) & effects["place"].isin(list(PLACES))]
    cores = [name for name in marks if name in set(own["model_b"])]
    places = [place for place in PLACES if place in set(own["place"])]
    figure = new_figure(0.9 + len(places) * (0.12 + 0.15 * len(cores)))
    axes = figure.subplots()
    for lane, name in enumerate(cores):
        for kind, width in (("unseen", 2.8), ("unseen-runs", 0.9)):
            rows = own[(own["model_b"] == name) & (own["kind"] == kind)].set_index("place").reindex(places).dropna()
            heights = [places.index(place) + _lane(lane, len(cores)) for place in rows.index]
            axes.hlines(heights, rows["low"], rows["high"], color=marks[name].colour, linewidth=width)
            if kind == "unseen":
                axes.plot(rows["value"], heights, marks[name].marker, color=marks[name].colour, markersize=5)
    axes.axvline(0, color=INK, linewidth=0.9)
    _draw_rows(axes, [PLACES[place] for place in places])
    axes.set_xlabel("gain from having trained on images of the tails (nats an image)")
    legend_below(figure, [*_dots([marks[name] for name in cores]), *_bars(INK)])
    return figure


@house_style()
def fit(effects: pd.DataFrame, marks: Mapping[str, Mark]) -> Figure:
    """How much likelier training images are than others of the same region, by log likelihood and by bound.

    Args:
        effects: see `EFFECTS`; its rows `fit`.
        marks: of the models.
    """
    own = effects[effects["kind"] == "fit"]
    models = [name for name in marks if name in set(own["model_a"])]
    places = [place for place in FIT_PLACES if place in set(own["place"])]
    figure = new_figure(0.9 + len(places) * (0.15 + 0.24 * len(models)))
    axes = figure.subplots()
    for lane, name in enumerate(models):
        for shift, quantity in ((-0.05, FULL), (0.05, OPEN)):
            rows = own[(own["model_a"] == name) & (own["quantity"] == quantity)].set_index("place").loc[places]
            heights = [row + _lane(lane, len(models)) + shift for row in range(len(places))]
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
    _draw_rows(axes, [FIT_PLACES[place] for place in places])
    axes.set_xlabel("difference of means (nats an image)")
    kinds = [("log likelihood", INK), ("evidence lower bound", "white")]
    styles = [
        Line2D([], [], color=INK, marker="o", linestyle="", markersize=5, markerfacecolor=face, label=label)
        for label, face in kinds
    ]
    legend_below(figure, [*_dots([marks[name] for name in models]), *styles])
    return figure


def _draw_runs(
    axes: Axes, runs: pd.DataFrame, places: list[str], kinds: tuple[str, str], marks: Mapping[str, Mark]
) -> None:
    """A dot a run, in a lane of its kind, measured from the mean of the first kind."""
    for row, place in enumerate(places):
        part = runs[runs["place"] == place]
        centre = part.loc[part["model_b"] == kinds[0], "value"].mean()
        for lane, kind in enumerate(kinds):
            own = part.loc[part["model_b"] == kind, "value"] - centre
            height, mark = row + _lane(lane, 2), marks[kind]
            axes.plot([own.mean()] * 2, [height - 0.14, height + 0.14], color=mark.colour, linewidth=1.6)
            heights = [height] * len(own)
            axes.plot(own, heights, mark.marker, color=mark.colour, markersize=5, markerfacecolor="none")
    axes.axvline(0, color=INK, linewidth=0.9)


def _draw_both(
    axes: Axes, own: pd.DataFrame, pairs: pd.DataFrame, places: list[str], models: tuple[str, str], colour: str
) -> None:
    """Two bars a row that are never one: over images for the single runs, over runs for the kinds."""
    single = pairs[(pairs["model_a"] == models[0]) & (pairs["model_b"] == models[1]) & (pairs["set"] == "test")]
    for row in single.to_dict("records"):
        place = "test" if f"test.{row['region']}" not in PLACES else f"test.{row['region']}"
        if place in places:
            height = places.index(place) + _lane(0, 2)
            axes.hlines(height, row["low"], row["high"], color=colour, linewidth=2.8)
            axes.plot(row["difference"], height, "o", color=colour, markersize=5)
    for row in own[(own["model_a"] == models[0]) & (own["model_b"] == models[1])].to_dict("records"):
        height = places.index(row["place"]) + _lane(1, 2)
        clear = row["low"] > 0 or row["high"] < 0
        axes.hlines(height, row["low"], row["high"], color=colour, linewidth=0.9)
        axes.plot(row["value"], height, "o", color=colour, markersize=5, markerfacecolor=colour if clear else "white")
    axes.axvline(0, color=INK, linewidth=0.9)


def _lane(lane: int, lanes: int) -> float:
    """Where in its row a lane is, rows being one apart."""
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
