"""One palette for the whole study, which colour-blind readers can distinguish too."""

from collections.abc import Mapping
from dataclasses import dataclass

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
    "centre": "#C9C9C9",
    "pc1-low": "#56B4E9",
    "pc1-high": "#0072B2",
    "within-low": "#E69F00",
    "within-high": "#D55E00",
}
"""A light and a dark tone for the two tails of each axis, in the order in which regions are drawn."""

INK, FAINT = "#222222", "#8C8C8C"
BAND = "#F3F3F3"


@dataclass(frozen=True)
class Mark:
    """Label, colour and marker of a model in every figure."""

    label: str
    colour: str
    marker: str


def marks(labels: Mapping[str, str]) -> dict[str, Mark]:
    """Assign each model the colour and marker of its position.

    Args:
        labels: label of each model in figures, by name, in the order of params.yaml.
    """
    return {
        name: Mark(label, COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)])
        for place, (name, label) in enumerate(labels.items())
    }
