"""One palette for the whole study, which colour-blind readers can distinguish too."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.figures.contrast import legible

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#7B0082",
    "#E69F00",
    "#555555",
    "#56B4E9",
    "#CC79A7",
    "#8A4420",
    "#949A5A",
)
"""Colours of the ten classes by label, and of the models in their order; six are from Okabe and Ito."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "d")
"""Markers of the models in their order: one more than there are colours, so that pairs of both do not repeat soon."""

REGION_COLOURS = {
    "centre": "#8C8C8C",
    "pc1-low": "#4B9BC8",
    "pc1-high": "#0B4A85",
    "within-low": "#C68900",
    "within-high": "#8A2A00",
}
"""A light and a dark tone for the two tails of each axis, in the order in which regions are drawn."""

REGION_LINES = {
    "centre": "#222222",
    "pc1-low": "#2A78AD",
    "pc1-high": "#0B4A85",
    "within-low": "#9C6400",
    "within-high": "#8A2A00",
}
"""Colours of lines and of text about a region, which are dark enough to be read on white."""

INK, FAINT = "#222222", "#8C8C8C"
BAND = "#F3F3F3"


@dataclass(frozen=True)
class Mark:
    """Label, colour and marker of a model in every figure."""

    label: str
    colour: str
    marker: str


def marks(labels: Mapping[str, str]) -> dict[str, Mark]:
    """Assign each model the colour and marker of its position; the colour is dark enough for lines.

    Args:
        labels: label of each model in figures, by name, in the order of params.yaml.
    """
    return {
        name: Mark(label, legible(COLOURS[place % len(COLOURS)]), MARKERS[place % len(MARKERS)])
        for place, (name, label) in enumerate(labels.items())
    }
