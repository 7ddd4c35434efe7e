import math
import re

import pytest

from pipeline.figures.findings import FINDINGS, HEIGHT, WIDTH, interval
from pipeline.figures.style import to_svg
from pipeline.numbers.claims import NAMES, Claim, verdict_of
from tests.pipeline.figures.test_figures_readable import apart, texts_of
from tests.support.studies import ROOT

INTERVALS = {
    "above": (35.2, 33.1, 37.8),
    "below": (-1.3, -1.5, -1.1),
    "across": (0.4, -0.9, 1.1),
    "nearly above": (0.01, -0.002, 0.02),
    "thousands": (1234.0, 1100.0, 1400.0),
    "nothing": (0.0, 0.0, 0.0),
    "endless": (2.0, -math.inf, 3.0),
}


def draw(estimate, low, high):
    return interval(Claim("name", "", estimate, low, high, "nats", verdict_of(low, high)))


def test_the_article_shows_the_findings_which_are_claims_and_no_other_page_does():
    pages = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "report").glob("*.qmd"))]
    assert re.findall(r"data/plot/finding-([\w-]+)\.svg", "".join(pages)) == list(FINDINGS)
    assert set(FINDINGS) <= set(NAMES)


@pytest.fixture(params=INTERVALS)
def numbers(request):
    return INTERVALS[request.param]


def test_bar_and_dot_stand_at_the_interval_and_the_estimate_on_a_scale_with_zero(numbers):
    axes = draw(*numbers).axes[0]
    zero, bar, dot = axes.get_lines()
    left, right = axes.get_xlim()
    assert list(zero.get_xdata()) == [0, 0]
    assert list(bar.get_xdata()) == [max(numbers[1], left), numbers[2]]
    assert list(dot.get_xdata()) == [numbers[0]]
    assert left < min(0, numbers[0]) <= max(0, numbers[2]) < right


def test_three_ticks_zero_among_them_are_whole_and_apart(numbers):
    figure = draw(*numbers)
    texts = texts_of(figure)
    assert len(texts) == 3
    assert "0" in [text.get_text() for text, _ in texts]
    for place, (text, box) in enumerate(texts):
        assert text.get_fontsize() == 9
        assert 0 <= box.x0 < box.x1 <= WIDTH
        assert 0 <= box.y0 < box.y1 <= HEIGHT
        assert all(apart(box, other) for _, other in texts[:place])


@pytest.mark.parametrize(("numbers", "filled"), [((1, 0.5, 2), True), ((-1, -2, -0.5), True), ((1, -0.5, 2), False)])
def test_the_dot_is_filled_if_the_sign_is_known(numbers, filled):
    dot = draw(*numbers).axes[0].get_lines()[2]
    assert (dot.get_markerfacecolor() != "white") == filled


def test_a_picture_is_small():
    figure = draw(35.2, 33.1, 37.8)
    assert tuple(figure.get_size_inches()) == (WIDTH, HEIGHT)
    assert len(to_svg(figure)) < 8000
