import os
import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import matplotlib as mpl
import pandas as pd
import pytest

from pipeline.figures.palette import marks
from pipeline.figures.style import SETTINGS, fold, house_style, to_svg
from pipeline.figures.training import training

ELSEWHERE = """
import sys
from pipeline.figures.style import to_svg
from tests.pipeline.figures.test_figures_style import draw
sys.stdout.buffer.write(to_svg(draw()))
"""


def draw(name="vae"):
    history = pd.DataFrame({"model": name, "epoch": [1, 2, 3], "train_elbo": [-9.0, -8, -7], "validation_elbo": -8.5})
    return training(history, marks({name: name}))[0]


def test_a_figure_gives_the_same_bytes_each_time():
    figure = draw()
    assert to_svg(figure) == to_svg(figure) == to_svg(draw())


def test_another_process_gives_the_same_bytes():
    elsewhere = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env={**os.environ, "PYTHONHASHSEED": "12345", "MPLBACKEND": "svg"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    assert elsewhere.stdout == to_svg(draw())


def test_the_reader_s_own_settings_change_nothing():
    plain = to_svg(draw())
    with mpl.rc_context({"font.size": 20, "lines.linewidth": 9, "svg.fonttype": "none", "axes.grid": True}):
        assert to_svg(draw()) == plain


def test_the_style_does_not_leak():
    before = dict(mpl.rcParams)
    with house_style():
        assert mpl.rcParams["svg.hashsalt"] == SETTINGS["svg.hashsalt"]
    assert dict(mpl.rcParams) == before


def test_the_bytes_carry_no_date_and_no_version():
    svg = to_svg(draw())
    assert b"dc:date" not in svg
    assert mpl.__version__.encode() not in svg


def test_shortening_leaves_every_outline_and_number_and_what_browsers_ask_for(monkeypatch):
    figure = draw()
    short = to_svg(figure)
    monkeypatch.setattr("pipeline.figures.style.SHORTER", [])
    monkeypatch.setattr("pipeline.figures.style.GROUP", rb"(never)")
    whole = to_svg(figure)
    assert short.startswith(b'<?xml version="1.0"')
    assert len(short) < 0.8 * len(whole)
    assert drawn(short) == drawn(whole)


def drawn(svg):
    """Every element that puts something on paper, in order, with the numbers of its place and outline."""
    numbers = re.compile(r"-?\d*\.?\d+")
    return [
        (one.tag, *(tuple(map(float, numbers.findall(one.get(name, "")))) for name in ("d", "x", "y", "transform")))
        for one in ET.fromstring(svg).iter()
        if one.tag.rpartition("}")[2] in {"path", "use", "image", "rect"}
    ]


def test_texts_are_outlines_so_that_no_font_is_needed():
    assert b"<text" not in to_svg(draw())


@pytest.mark.parametrize("name", ["a--b", "x_-", "long-" * 8])
def test_any_model_s_name_gives_well_formed_xml(name):
    root = ET.fromstring(to_svg(draw(name)))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("log likelihood under vae-20 (nats)", ["log likelihood under", "vae-20 (nats)"]),
        ("minus vae-20-matched-again", ["minus", "vae-20-matched-again"]),
        ("a-name-that-is-longer-than-a-line", ["a-name-that-is-longer-", "than-a-line"]),
    ],
)
def test_long_texts_are_folded_between_words(text, lines):
    assert fold(text, 1.8).splitlines() == lines
