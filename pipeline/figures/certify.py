"""Differences between the estimator and other methods, image by image, and between the bounds of annealing."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pipeline.data.subsets import SUBSETS
from pipeline.figures.palette import BAND, FAINT, INK, Mark
from pipeline.figures.style import WIDTH, fold, house_style, legend_below, new_figure
from pipeline.validation.certify.agreement import JOINT_ERRORS, compare_methods
from pipeline.validation.certify.tables import AGAIN, SIMULATED

PLACES = (*SUBSETS, SIMULATED)
CROWD = 1000
"""Number of rows of all models beyond which the points are rasterised."""

LINEAR = 1.0
"""Nats within which the axis is linear; beyond, it is logarithmic, so that one large difference hides no others."""
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 3, 10, 30, 100, 300)


class Shown(NamedTuple):
    """A difference between two methods, and its appearance in the figure."""

    a: str
    b: str
    marker: str
    hollow: bool
    shift: float
    label: str


KINDS = (
    Shown("score", "annealing", "o", False, 0.0, "score − annealing"),
    Shown("score", "quadrature", "s", True, 0.35, "score − quadrature"),
    Shown("score", AGAIN, "D", True, -0.35, "score − annealing, repeated"),
    Shown("reverse", "annealing", "^", False, 0.0, "upper − lower bound"),
)


@house_style()
def certificate(tables: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark]) -> Figure:
    """Draw the differences between methods for every certified image, in nats, one panel per model.

    The images of a subset are in the order of their difference between score and annealing, simulated images in the
    order of the difference between their bounds.

    Args:
        tables: log likelihoods of each model's images by each method; see `CERTIFIED`.
        marks: of the models.
    """
    models = [name for name in marks if name in tables]
    places = [place for place in PLACES if any((tables[name]["subset"] == place).any() for name in models)]
    figure = new_figure(1.3 + 1.15 * len(models))
    panels = figure.subplots(len(models), 1, sharex=True, squeeze=False)[:, 0]
    crowded = sum(len(table) for table in tables.values()) > CROWD
    seen = set[Shown]()
    for axes, name in zip(panels, models, strict=True):
        seen |= _draw_model(axes, tables[name], places, marks[name].colour, rasterized=crowded)
        _scale(axes)
        axes.set_title(fold(marks[name].label, WIDTH - 1))
    panels[-1].set_xticks(range(len(places)), [place.replace("-", "-\n") for place in places])
    panels[-1].set_xlim(-0.5, len(places) - 0.5)
    figure.supylabel("difference (nats)", fontsize=9)
    legend_below(figure, _handles([kind for kind in KINDS if kind in seen]), "bars: ±2 joint standard errors")
    return figure


def _draw_model(axes: Axes, table: pd.DataFrame, places: list[str], colour: str, *, rasterized: bool) -> set[Shown]:
    """Draw every difference that the table has, and return the kinds that were drawn."""
    axes.axhline(0, color=INK, linewidth=0.9)
    for left in range(0, len(places), 2):
        axes.axvspan(left - 0.5, left + 0.5, color=BAND, linewidth=0)
    seen = set[Shown]()
    for centre, place in enumerate(places):
        part = table[table["subset"] == place]
        order = _order(part, "reverse" if place == SIMULATED else "score")
        pitch = 0.86 / max(1, len(order))
        for kind in KINDS:
            both = compare_methods(part, kind.a, kind.b)
            x = centre + pitch * (both["id"].map(order) - (len(order) - 1) / 2 + kind.shift)
            if len(both):
                _draw_points(axes, x.to_numpy(float), both, kind, colour, rasterized=rasterized)
                seen.add(kind)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="y")
    return seen


def _scale(axes: Axes) -> None:
    """Make the axis of differences logarithmic beyond `LINEAR`, with few ticks."""
    axes.set_yscale("symlog", linthresh=LINEAR)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    largest = max((tick for tick in TICKS if low <= -tick or tick <= high), default=0)
    ticks = {sign * tick for tick in (0, largest, min(largest, LINEAR)) for sign in (-1, 1)}
    axes.set_yticks(sorted(tick for tick in ticks if low <= tick <= high))
    axes.set_yticks([], minor=True)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\N{MINUS SIGN}"))
    axes.set_ylim(low, high)


def _order(part: pd.DataFrame, a: str) -> dict[int, int]:
    """Return the rank of each image within its subset."""
    images = compare_methods(part, a, "annealing").sort_values(["difference", "id"])["id"]
    return {int(image): rank for rank, image in enumerate(images)}


def _draw_points(axes: Axes, x: np.ndarray, both: pd.DataFrame, kind: Shown, colour: str, *, rasterized: bool) -> None:
    """Draw one marker and bar per image, and a ring around those on which the methods contradict each other."""
    y, reach = both["difference"].to_numpy(float), 2 * both["error"].to_numpy(float)
    face = "white" if kind.hollow else colour
    gaps = np.full_like(x, np.nan)
    bars = np.stack([x, x, gaps], axis=1).ravel(), np.stack([y - reach, y + reach, gaps], axis=1).ravel()
    axes.plot(*bars, color=colour, linewidth=0.8, solid_capstyle="butt", rasterized=rasterized)
    axes.plot(
        x,
        y,
        kind.marker,
        color=colour,
        markerfacecolor=face,
        markersize=2.6,
        markeredgewidth=0.6,
        rasterized=rasterized,
    )
    if kind.b != "annealing" or kind.a == "score":
        far = both["contradiction"].to_numpy(bool)
        axes.plot(x[far], y[far], "o", color=INK, markerfacecolor="none", markersize=7, markeredgewidth=0.8)


def _handles(seen: list[Shown]) -> list[Line2D]:
    kinds = [
        Line2D(
            [],
            [],
            color=FAINT,
            marker=kind.marker,
            markerfacecolor="white" if kind.hollow else FAINT,
            markersize=4,
            linewidth=0.8,
            label=kind.label,
        )
        for kind in seen
    ]
    ring = Line2D([], [], color=INK, marker="o", linestyle="", markerfacecolor="none", markersize=7)
    ring.set_label(f"contradiction: more than {JOINT_ERRORS} joint standard errors")
    return [*kinds, ring]
