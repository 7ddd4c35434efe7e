"""Log likelihood of ordinary and of extreme test images against the number of latent dimensions."""

from collections.abc import Mapping, Sequence
from math import log2

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from pipeline.config import Params
from pipeline.data.subsets import REGIONS
from pipeline.figures.dimensions import scale_sizes
from pipeline.figures.palette import FAINT, INK, REGION_LINES, Mark
from pipeline.figures.panels import LINE, TEXT, End, figure_of, name_lines, panel_axes, panels_of
from pipeline.figures.rows import difference_range, scale_differences
from pipeline.figures.style import CHARACTER, fold, house_style
from pipeline.likelihood.subset_means import summary

FEWEST = 3
"""Fewest numbers of latent dimensions that make a curve."""
WIDE = 2.1
"""Approximate width of the axes, in inches."""
LINEAR = 1.2
"""Length of the scale of differences up to one nat, where a factor of ten has length one."""
DODGE = 0.03
"""Distance between the points of two regions at the same number of latent dimensions, in inches."""
LINES = {"centre": ("o", "-"), "pc1-low": ("^", "--"), "pc1-high": ("v", "-"), "within-low": ("<", "--")}
LINES |= {"within-high": (">", "-")}
"""Marker and line style of every region: dashed at the low end of an axis."""


def main_models(params: Params, scores: Mapping[str, pd.DataFrame], marks: Mapping[str, Mark]) -> pd.DataFrame:
    """Return the means of the small, the middle and the large model, if the curve's models were not trained as long.

    Args:
        params: with the roles of the models and the base of the curve.
        scores: of the models.
        marks: of the models; one without a mark is left out.

    Returns:
        One row per model and region of test: label, latent_dim, region, log_likelihood in nats, and difference from
        the middle model.
    """
    roles = params.roles
    names = [name for name in dict.fromkeys((roles.small, roles.middle, roles.large)) if name in scores]
    rows = []
    lengths = {params.model(name).epochs for name in (roles.middle, params.compare.base)}
    if roles.middle in names and len(lengths) > 1:
        middle = _means(scores[roles.middle])
        for name in names:
            if name in marks and params.model(name).conditional == params.model(roles.middle).conditional:
                for region, value in _means(scores[name]).items():
                    size = params.model(name).latent_dim
                    rows.append((marks[name].label, size, region, value, value - middle.get(region, np.nan)))
    return pd.DataFrame(rows, columns=["label", "latent_dim", "region", "log_likelihood", "difference"]).dropna()


@house_style()
def answer(dimensions: pd.DataFrame, main: pd.DataFrame, base: int, longer: float) -> list[Figure]:
    """Draw mean log likelihood by region of test against the number of latent dimensions, and its difference from one.

    Args:
        dimensions: see `DIMENSIONS`.
        main: models that were trained for longer, drawn beside the curve; see `main_models`.
        base: number of latent dimensions from which differences are taken.
        longer: how many times as long the main models were trained as those of the curve.

    Returns:
        A panel of the log likelihood itself, and one of the differences, on a scale that is linear up to a nat and
        logarithmic beyond.
    """
    every = dimensions[dimensions["quantity"] == "log_likelihood"]
    every = every.assign(region=every["stratum"].astype(str).str.removeprefix("test."))
    every = every[every["region"].isin(REGIONS)].sort_values("latent_dim")
    note = f"; open: trained {longer:g} times as long" if len(main) else ""
    level, change = (
        panel_axes(3.6, title=title, xlabel=f"latent dimensions{note}", ylabel=f"{what} (nats per image)")
        for title, what in (
            ("test images, by region", "mean log likelihood"),
            (f"difference from {base} latent dimensions", "difference"),
        )
    )
    _draw(level, every, ("value", "low", "high"), main, "log_likelihood", base)
    ends = "difference", "difference_low", "difference_high"
    several = every["over"] == "runs"  # the intervals of single runs would hide each other
    compared = every.assign(**{end: every[end].where(several, every["difference"]) for end in ends})
    _draw(change, compared, ends, main, "difference", base)
    shown = [*compared[[*ends]].to_numpy().ravel(), *main["difference"]]
    scale_differences(change, difference_range(min(shown), max(shown)), "y", linscale=LINEAR)
    change.axhline(0, color=INK, linewidth=0.9, zorder=1)
    for axes, value, column in ((level, "log_likelihood", "value"), (change, "difference", "difference")):
        _name(axes, main, value)
        last = every.groupby("region", sort=False)[["latent_dim", column]].last()
        name_lines(axes, [End(x, y, str(region), REGION_LINES[str(region)]) for region, x, y in last.itertuples()])
    return panels_of(level, change)


def _means(scores: pd.DataFrame) -> dict[str, float]:
    """Return the mean log likelihood of each region of test, in nats."""
    table = summary(scores[scores["subset"] == "test"])
    own = table[table["region"].isin(REGIONS)]
    return {str(region): float(value) for region, value in zip(own["region"], own["log_likelihood"], strict=True)}


def _draw(
    axes: Axes, rows: pd.DataFrame, columns: tuple[str, str, str], main: pd.DataFrame, value: str, base: int
) -> None:
    """Draw a line per region with its intervals, and the main models as open marks."""
    middle, low, high = columns
    regions = [one for one in REGIONS if one in set(rows["region"])]
    octaves = log2(rows["latent_dim"].max() / rows["latent_dim"].min()) if len(rows) else 0
    for lane, region in enumerate(regions):
        beside = 2 ** (DODGE * octaves / WIDE * (lane - (len(regions) - 1) / 2))
        own, (marker, style), colour = rows[rows["region"] == region], LINES[region], REGION_LINES[region]
        axes.plot(
            beside * own["latent_dim"],
            own[middle],
            marker=marker,
            linestyle=style,
            color=colour,
            linewidth=1.3,
            markersize=4,
        )
        axes.vlines(beside * own["latent_dim"], own[low], own[high], color=colour, linewidth=0.9)
        longer = main[main["region"] == region]
        axes.plot(
            beside * longer["latent_dim"],
            longer[value],
            marker,
            color=colour,
            markersize=7.5,
            markerfacecolor="none",
            markeredgewidth=1,
        )
    scale_sizes(axes, sorted(set(rows["latent_dim"])), base, WIDE)


def _name(axes: Axes, main: pd.DataFrame, value: str) -> None:
    """Write the names of the main models above the axes, each with a dotted line down to its highest mark."""
    if main.empty:
        return
    tops = main.groupby("label", sort=False).agg(latent_dim=("latent_dim", "first"), top=(value, "max"))
    words = [fold(str(label), WIDE) for label in tops.index]
    places, rows = _stack(axes, tops["latent_dim"].to_list(), words)
    for word, place, row, size, top in zip(words, places, rows, tops["latent_dim"], tops["top"], strict=True):
        raised = ScaledTranslation(0, LINE * (max(rows) - row + 0.2), figure_of(axes).dpi_scale_trans)
        axes.annotate(
            word,
            (size, top),
            xytext=(place, 1),
            textcoords=axes.get_xaxis_transform() + raised,
            horizontalalignment="center",
            verticalalignment="bottom",
            fontsize=TEXT,
            linespacing=1.1,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.9, "linestyle": ":", "shrinkA": 0},
            annotation_clip=False,
        )


def _stack(axes: Axes, sizes: Sequence[int], words: Sequence[str]) -> tuple[list[float], list[int]]:
    """Return where each name is centred, and in which line from the top it ends, so that none overlap."""
    first, last = (log2(end) for end in axes.get_xlim())
    places, depths, taken = [], [], list[tuple[float, int]]()
    for size, word in zip(sizes, words, strict=True):
        half = CHARACTER * max(map(len, word.splitlines())) / 2
        inches = WIDE * (log2(size) - first) / (last - first)
        inches = max(half, min(WIDE - half, inches)) if 2 * half < WIDE else WIDE / 2
        lines = word.count("\n") + 1
        before = max((depth for end, depth in taken if end > inches - half - 0.05), default=0)
        taken.append((inches + half, before + lines))
        places.append(2 ** (first + (last - first) * inches / WIDE))
        depths.append(before + lines)
    return places, depths
