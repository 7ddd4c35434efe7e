"""Check the words of the page, its figures and the explorer for data sets that are not of digits."""

import re

import pytest
from matplotlib.text import Text

from pipeline.download.catalogue import CATALOGUE
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.figures.atlas import draw_all
from tests.support.made_up import make_study

OF_DIGITS = re.compile(r"\bdigits?\b", re.IGNORECASE)
OF_WRITING = re.compile(r"\b(ink|handwrit\w+|writ\w+|strokes?)\b", re.IGNORECASE)
ABOUT_ANYTHING = ("on small digits that need no download", "another kind of processor may train other weights")
"""What the page says of the project's demo, and of numbers, whatever the data set."""


def shown(page):
    """Return the visible text of a page and the descriptions of its pictures, without keys, files and sources."""
    page = re.sub(r"<(head|style|script|pre|svg|math)\b.*?</\1>|<div id=\"refs\".*", " ", page, flags=re.DOTALL)
    page = re.sub(r'<[^>]*\balt="([^"]*)"[^>]*>', r" \1 ", page)
    text = " ".join(re.sub(r"<[^>]+>", "", page).split())
    for words in ABOUT_ANYTHING:
        assert words in text
        text = text.replace(words, "")
    return text


@pytest.fixture(scope="module")
def study():
    return make_study(models=10, side=8, images=700)


@pytest.fixture
def pages(made_numbers, made_page):
    """Return the visible text of the page of a made-up study whose data set has a given name."""
    numbers = made_numbers(10)
    unpublished = {key: value for key, value in numbers.items() if not key.startswith("literature.")}

    def page(dataset):
        return shown(made_page((numbers if dataset == "mnist" else unpublished) | {"dataset": dataset}))

    return page


@pytest.mark.parametrize("dataset", ["mnist", "digits"])
def test_a_page_on_digits_says_so(pages, dataset):
    assert "Its ten classes are the digits" in pages(dataset)
    assert "names the digit of" in pages(dataset)
    assert re.search(r"correlates with ink .{0,40} it is an axis of", pages(dataset))


def test_a_page_on_clothes_says_nothing_of_digits_or_of_writing(pages):
    page = pages("fashion-mnist")
    assert "1 Trouser" in page
    assert "names the class of" in page
    assert re.search(r"correlates with brightness .{0,40} it is an axis of", page)
    assert [page[max(0, one.start() - 40) : one.end() + 20] for one in OF_DIGITS.finditer(page)] == []
    assert [page[max(0, one.start() - 40) : one.end() + 20] for one in OF_WRITING.finditer(page)] == []


def test_a_page_on_characters_says_nothing_of_digits(pages):
    page = pages("kmnist")
    assert "1 ki" in page
    assert re.search(r"correlates with ink .{0,40} it is an axis of", page)
    assert not OF_DIGITS.search(page)


def test_figures_speak_of_classes_whatever_the_data_set(study):
    figures = draw_all(study.drawing(gallery=4), study.tables)
    texts = {one.get_text() for figure in figures.values() for one in figure.findobj(Text)}
    assert any("class" in text for text in texts)
    assert not [text for text in texts if OF_DIGITS.search(text) or OF_WRITING.search(text)]


def test_the_explorer_calls_a_label_what_it_is(study):
    scores = {name: study.tables.scores[name] for name in study.models}
    packed = pack(study.tables.images, study.tables.split, scores, study.models)
    pages = {name: explorer_page(packed, CATALOGUE[name], study.pair, 4) for name in ("mnist", "fashion-mnist")}
    for name, noun in (("mnist", "digit"), ("fashion-mnist", "class")):
        assert f'<option value="label">{noun}</option>' in pages[name]
        assert f'<th scope="col">{noun.capitalize()}</th>' in pages[name]
        assert f'"noun": "{noun}"' in pages[name]
