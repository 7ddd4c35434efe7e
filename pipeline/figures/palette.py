"""One palette for the whole study, which colour-blind readers can distinguish too."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.colors import to_hex, to_rgb

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

REGION_LINES = {
    "centre": "#222222",
    "pc1-low": "#2A78AD",
    "pc1-high": "#0B4A85",
    "within-low": "#9C6400",
    "within-high": "#8A2A00",
}
"""Colours of lines and of text about a region, which are dark enough to be read on white."""

MARK_CONTRAST, TEXT_CONTRAST = 3.0, 4.5
"""Least contrast of marks and of text with white, as the Web Content Accessibility Guidelines 2.2 ask for."""

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


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio of a colour with white, from 1 to 21.

    References:
        Web Content Accessibility Guidelines 2.2, definitions of contrast ratio and relative luminance.
    """
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05))


@cache
def darkened(colour: str, contrast: float = MARK_CONTRAST) -> str:
    """Return a colour of the same hue that has at least this contrast with white; a dark one stays as it is."""
    red, green, blue = to_rgb(colour)
    shares = np.linspace(1, 0, 101).tolist()
    shades = (to_hex((share * red, share * green, share * blue)) for share in shares)
    return next(shade for shade in shades if contrast_with_white(shade) >= contrast)
