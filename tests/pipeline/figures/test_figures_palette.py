import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from pipeline.data.subsets import REGIONS
from pipeline.figures.palette import COLOURS, REGION_COLOURS, marks

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


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("colours", [COLOURS, tuple(REGION_COLOURS.values())])
def test_every_eye_tells_the_colours_apart(colours, eye):
    distance = {(a, b): np.linalg.norm(seen(a, eye) - seen(b, eye)) for a, b in itertools.combinations(colours, 2)}
    closest = min(distance, key=distance.get)
    assert distance[closest] > 15, closest


def test_every_colour_stands_out_from_white():
    assert max(seen(colour, "trichromatic")[0] for colour in COLOURS) < 75


def test_every_region_has_a_colour_in_the_order_of_the_regions():
    assert tuple(REGION_COLOURS) == REGIONS


def test_a_model_keeps_its_mark_when_another_is_added_after_it():
    few = marks({"a": "a", "b": "b"})
    many = marks({"a": "a", "b": "b", "c": "c"})
    assert {name: many[name] for name in few} == few


def test_a_hundred_models_have_a_hundred_looks():
    drawn = marks({str(place): "" for place in range(100)})
    assert len({(mark.colour, mark.marker) for mark in drawn.values()}) == 100
