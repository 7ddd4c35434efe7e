import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import COLOURS, REGION_COLOURS, REGION_LINES, marks

# What each eye makes of linear RGB: Machado, Oliveira and Fernandes (2009), table 1, severity 1.
EYES = {
    "trichromatic": np.eye(3),
    "protanopic": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopic": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopic": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]


def seen(colour, eye):
    """CIELAB coordinates of a colour as an eye sees it; white is (100, 0, 0)."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    relative = XYZ @ np.clip(EYES[eye] @ linear, 0, 1) / np.sum(XYZ, axis=1)
    x, y, z = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def filtered(colour):
    """Return what `invert(1) hue-rotate(180deg)` makes of a colour: Filter Effects 1, sections 8.2 and 9.6.1."""
    luma = np.array([0.213, 0.715, 0.072])
    turned = 2 * np.tile(luma, (3, 1)) - np.eye(3)
    return np.clip(turned @ (1 - np.array(to_rgb(colour))), 0, 1)


def contrasts(colour):
    """Return the contrast of a colour with white, and that of the filtered colour with a dark page."""

    def luminance(rgb):
        rgb = np.array(to_rgb(rgb))
        return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    return 1.05 / (luminance(colour) + 0.05), (luminance(filtered(colour)) + 0.05) / (luminance("#121212") + 0.05)


def test_the_filter_turns_white_to_black_and_keeps_the_hue():
    assert filtered("white") == pytest.approx([0, 0, 0])
    assert filtered("#404040") == pytest.approx(np.full(3, 0xBF / 255))
    red, green, blue = filtered("#A00000")
    assert red > green == pytest.approx(blue)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("colours", [COLOURS, tuple(REGION_COLOURS.values())])
def test_every_eye_tells_the_colours_apart(colours, eye):
    distance = {(a, b): np.linalg.norm(seen(a, eye) - seen(b, eye)) for a, b in itertools.combinations(colours, 2)}
    closest = min(distance, key=distance.get)
    assert distance[closest] > 15, closest


def test_every_colour_stands_out_from_white():
    assert max(seen(colour, "trichromatic")[0] for colour in COLOURS) < 75


def test_every_region_has_a_colour_in_the_order_of_the_regions():
    assert tuple(REGION_COLOURS) == tuple(REGION_LINES) == REGIONS


@pytest.mark.parametrize("eye", EYES)
def test_every_eye_tells_lines_of_regions_apart(eye):
    pairs = itertools.combinations(REGION_LINES.values(), 2)
    assert min(np.linalg.norm(seen(a, eye) - seen(b, eye)) for a, b in pairs) > 12


@pytest.mark.parametrize(("colours", "least"), [(REGION_COLOURS, 3), (REGION_LINES, 4.5)])
def test_colours_of_regions_hold_on_a_white_and_on_a_dark_page(colours, least):
    for colour in colours.values():
        assert min(contrasts(colour)) >= least


def test_colours_of_models_hold_on_a_white_and_on_a_dark_page():
    found = marks({str(place): "" for place in range(len(COLOURS))})
    assert all(min(contrasts(mark.colour)) >= 3 for mark in found.values())


def test_a_model_keeps_its_mark_when_another_is_added_after_it():
    few = marks({"a": "a", "b": "b"})
    many = marks({"a": "a", "b": "b", "c": "c"})
    assert {name: many[name] for name in few} == few


def test_a_hundred_models_have_a_hundred_looks():
    drawn = marks({str(place): "" for place in range(100)})
    assert len({(mark.colour, mark.marker) for mark in drawn.values()}) == 100
