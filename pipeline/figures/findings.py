"""A small picture of the interval of each finding of the article."""

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from pipeline.figures.palette import COLOURS, INK
from pipeline.figures.panels import TEXT
from pipeline.figures.style import house_style, plain
from pipeline.numbers.claims import Claim, Verdict

FINDINGS = (
    "more",
    "larger-runs",
    "unseen-pc1-high",
    "lead",
    "void",
    "longer",
    "fit-middle",
    "shift",
    "worth",
    "dips",
)
"""Claims that are findings of the article, in its order."""
WIDTH, HEIGHT = 2.4, 0.45
"""Size of a picture, in inches."""
SIDE = 0.25
"""An end of the interval beyond zero that is shorter than this share of the other one gets no tick of its own."""
ROUND = (1, 1.5, 2, 3, 4, 5, 6, 8)
"""Multiples of a power of ten that are round enough for a tick."""
MARGIN = 1.12
"""Factor by which the scale goes on beyond the interval."""


def finding_figures(claims: Mapping[str, Claim]) -> dict[str, Figure]:
    """Draw those claims that are findings; the figure of the claim NAME is called `finding-NAME`."""
    return {f"finding-{name}": interval(claims[name]) for name in FINDINGS if name in claims}


@house_style()
def interval(claim: Claim) -> Figure:
    """Draw the estimate of a claim as a dot and its interval as a bar, on a scale that has zero and two more ticks.

    The dot is filled if the sign is resolved. An end that is not finite goes to the edge.
    """
    ticks, (left, right) = _scale(claim)
    figure = Figure(figsize=(WIDTH, HEIGHT))
    axes = figure.add_axes((0.07, 0.45, 0.86, 0.52))
    low, high, estimate = np.clip([claim.low, claim.high, claim.estimate], left, right)
    filled = claim.verdict is not Verdict.UNRESOLVED
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.plot([low, high], [0, 0], color=COLOURS[0], linewidth=3.5, solid_capstyle="butt")
    axes.plot(estimate, 0, "o", color=COLOURS[0], markersize=6.5, markerfacecolor=COLOURS[0] if filled else "white")
    axes.set(xlim=(left, right), ylim=(-1, 1), yticks=[])
    axes.set_xticks(ticks, [plain(tick) for tick in ticks])
    axes.tick_params(labelsize=TEXT, length=2.5, pad=1.5)
    axes.spines["left"].set_visible(False)
    return figure


def _scale(claim: Claim) -> tuple[list[float], tuple[float, float]]:
    """Return three ticks, zero among them, and the ends of the scale."""
    finite = [end for end in (claim.low, claim.high, claim.estimate) if math.isfinite(end)]
    below, above = max(0.0, -min(finite)), max(0.0, *finite)
    most = max(below, above) or 1.0
    if min(below, above) >= SIDE * most:
        step = _round_below(most)
        return [-step, 0, step], (-MARGIN * most, MARGIN * most)
    step, sign = _round_below(most / 2), 1 if above >= below else -1
    near, far = -max(min(below, above), 0.08 * most) * MARGIN, MARGIN * most
    return sorted([0, sign * step, sign * 2 * step]), (near, far) if sign > 0 else (-far, -near)


def _round_below(value: float) -> float:
    """Return the largest number not above a positive one that is a round multiple of a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    share = max(one for one in ROUND if one * power <= value * (1 + 1e-9))
    return float(f"{share * power:.6g}")
