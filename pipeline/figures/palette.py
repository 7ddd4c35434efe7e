"""One palette for the whole study, told apart by colour-blind readers too."""

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
"""Of the ten classes, by label, and of the models, by place; six of them are Okabe and Ito's."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "d")
"""Of the models, by place: one more than there are colours, so that no pair of both comes back soon."""

REGION_COLOURS = {
    "centre": "#C9C9C9",
    "pc1-low": "#56B4E9",
    "pc1-high": "#0072B2",
    "within-low": "#E69F00",
    "within-high": "#D55E00",
}
"""A light and a dark tone for the two tails of an axis; in the order in which regions are shown."""

INK, FAINT = "#222222", "#8C8C8C"
BAND = "#F3F3F3"


@dataclass(frozen=True)
class Mark:
    """How a model is named and drawn in every figure."""

    label: str
    colour: str
    marker: str


def marks(labels: Mapping[str, str]) -> dict[str, Mark]:
    """Give each model the colour and marker of its place.

    Args:
        labels: what the figures call each model, in the order of the study.
    """
    return {
        name: Mark(label, COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)])
        for place, (name, label) in enumerate(labels.items())
    }
