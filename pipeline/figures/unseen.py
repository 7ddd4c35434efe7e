"""Gain from having trained on images of the tails."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pipeline.figures.palette import Mark
from pipeline.figures.panels import add_legend, panel_axes, panels_of
from pipeline.figures.rows import difference_range, draw_rows, draw_zero, label_x, scale_differences
from pipeline.figures.style import house_style
from pipeline.figures.training_runs import IMAGES, RUNS, STRATA, between, dot, lane_offset

BESIDE = 0.06
"""Distance of an interval over images, and of one over training runs, from the middle of a model's lane, in rows."""


@house_style()
def unseen(
    pairs: pd.DataFrame, effects: pd.DataFrame, marks: Mapping[str, Mark], tails: Mapping[str, str]
) -> list[Figure]:
    """Draw the gain of test images from training on images of the tails, by region, in nats per image.

    Args:
        pairs: differences between single models, with intervals over images; see `PAIRS`.
        effects: see `EFFECTS`; its rows `runs` and `single-run`.
        marks: of the models that were trained without the tails.
        tails: model that was trained on as many images, those of the tails among them, of each of these models.
    """
    single = {core: between(pairs, seen, core) for core, seen in tails.items()}
    over_runs = effects[effects["kind"].isin(["runs", "single-run"])]
    several = {core: between(over_runs, seen, core) for core, seen in tails.items()}
    strata = [one for one in STRATA if any(one in set(table["stratum"]) for table in single.values())]
    last = _last_of_each_look(marks, list(tails))
    filling = {name: "full" if name in last else "none" for name in tails}
    axes = panel_axes(0.75 + len(strata) * max(0.22, 0.04 + 0.15 * len(tails)))
    draw_rows(axes, [STRATA[one] for one in strata])
    for lane, core in enumerate(tails):
        kinds = (single[core], "difference", IMAGES, -BESIDE), (several[core], "value", RUNS, BESIDE)
        for table, name, width, beside in kinds:
            rows = table.set_index("stratum").reindex(strata).dropna(subset=["low"])
            heights = [strata.index(one) + lane_offset(lane, len(tails)) + beside for one in rows.index]
            axes.hlines(heights, rows["low"], rows["high"], color=marks[core].colour, linewidth=width)
            shape = marks[core].marker if table is single[core] else "|"
            (dots,) = axes.plot(rows[name], heights, shape, color=marks[core].colour)
            dots.set(markersize=5, fillstyle=filling[core])
    draw_zero(axes)
    ends = pd.concat([table[["low", "high"]] for table in (*single.values(), *several.values())]).to_numpy(float)
    scale_differences(axes, difference_range(np.nanmin(ends), np.nanmax(ends)))
    label_x(axes, "gain from having trained on images of the tails (nats per image)")
    add_legend(axes, [dot(marks[name], filling[name]) for name in tails])
    return panels_of(axes)


def _last_of_each_look(marks: Mapping[str, Mark], names: Sequence[str]) -> set[str]:
    """Return the last model of each colour and marker, which those have in common that differ in length alone."""
    return set({(marks[name].colour, marks[name].marker): name for name in names}.values())
