"""Colours that hold on a white page, and on a dark one where a filter inverts them."""

from functools import cache

import numpy as np
from matplotlib.colors import to_hex, to_rgb

WHITE, DARK = "#FFFFFF", "#121212"
"""Grounds of the page. On the dark one figures are shown through `filter: invert(1) hue-rotate(180deg)`."""

MARK_CONTRAST, TEXT_CONTRAST = 3.0, 4.5
"""Least contrast with the ground of lines and marks, and of text: those of the Web Content Accessibility Guidelines."""

STEP = 0.97
"""Factor by which a colour is darkened until its contrast is large enough."""

HALF_TURN = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])
"""The matrix of `hue-rotate(180deg)` on red, green and blue."""


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21.

    References:
        W3C (2018), Web Content Accessibility Guidelines 2.1, definitions of contrast ratio and relative luminance.
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def in_the_dark(colour: str) -> str:
    """Return the colour that the filter of dark pages makes of a colour."""
    return to_hex(np.clip(HALF_TURN @ (1 - np.array(to_rgb(colour))), 0, 1).tolist())


@cache
def legible(colour: str, least: float = MARK_CONTRAST) -> str:
    """Darken a colour, if need be, until its contrast with a white and with a dark page is at least `least`."""
    found = to_hex(colour)
    while min(contrast(found, WHITE), contrast(in_the_dark(found), DARK)) < least:
        red, green, blue = to_rgb(found)
        found = to_hex((STEP * red, STEP * green, STEP * blue))
    return found


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))
