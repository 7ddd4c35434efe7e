"""Check the words of the pages, the figures and the explorer for data sets that are not of digits."""

import re

import pytest
from matplotlib.text import Text

from pipeline.download.catalogue import CATALOGUE
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.figures.atlas import draw_all
from pipeline.numbers.collect import subject_numbers
from pipeline.rendering.pandoc import run_pandoc
from stages.shared.layout import PAGES
from tests.support.made_up import make_study
from tests.support.quotes import text_of

OF_DIGITS = re.compile(r"\bdigits?\b|\bmnist\b", re.IGNORECASE)
OF_WRITING = re.compile(r"\b(ink|handwrit\w+|writ\w+|strokes?)\b", re.IGNORECASE)
ABOUT_ANYTHING = ("on small digits that need no download", "another kind of processor may train other weights")
"""What the pages say of the project's demo, and of numbers, whatever the data set."""

FEW = "on another kind of processor some of the findings may be worded differently"


def shown(page):
    """Return the visible text of a page and the descriptions of its pictures, without sources and literature."""
    page = re.sub(
        r"<(pre|svg|math)\b.*?</\1>|<div id=\"refs\".*|<section id=\"sec-literature\".*?</section>",
        " ",
        page,
        flags=re.DOTALL,
    )
    return text_of(re.sub(r'<[^>]*\balt="([^"]*)"[^>]*>', r" \1 ", page))


@pytest.fixture(scope="module")
def study():
    return make_study(models=10, side=8, images=700)


@pytest.fixture(scope="module")
def pages(made_numbers, made_layout, tmp_path_factory):
    """Return the visible text of the pages of a made-up study whose data set, not MNIST, has a given name."""
    unpublished = {key: value for key, value in made_numbers().items() if not key.startswith("literature.")}

    def pages(dataset):
        own = unpublished | subject_numbers(dataset)
        layout = made_layout(tmp_path_factory.mktemp(dataset) / "project", own, dataset)
        options = ["--to=html5", "--mathml", "--section-divs"]
        text = " ".join(shown(run_pandoc(layout.report, f"{name}.qmd", options)) for name in PAGES)
        for words in ABOUT_ANYTHING:
            assert words in text
            text = text.replace(words, "")
        return text

    return pages


def around(pattern, text):
    """Return every occurrence of a pattern in a text with what stands around it."""
    return [text[max(0, one.start() - 40) : one.end() + 20] for one in pattern.finditer(text)]


def test_a_page_on_mnist_says_so(study_pages):
    page = " ".join(map(shown, study_pages("pandoc")[1].values()))
    assert CATALOGUE["mnist"].listing in page
    assert "Within every digit there are likely and unlikely images" in page
    assert "Ones, with few uncertain pixels, are far likelier" in page
    assert re.search(r"It goes with .{0,20}ink", page)


def test_a_page_on_clothes_says_nothing_of_digits_or_of_writing(pages):
    page = pages("fashion-mnist").replace(CATALOGUE["fashion-mnist"].title, "")
    assert "1 Trouser" in page
    assert f"Within every {CATALOGUE['fashion-mnist'].noun} there are likely and unlikely images" in page
    assert around(OF_DIGITS, page.replace("fashion-mnist", "")) == []
    assert around(OF_WRITING, page) == []
    assert "far likelier" not in page


def test_a_page_on_characters_says_nothing_of_digits(pages):
    page = pages("kmnist")
    assert "1 ki" in page
    assert FEW not in page
    assert around(OF_DIGITS, page.replace(CATALOGUE["kmnist"].title, "").replace("kmnist", "")) == []


def test_a_page_on_small_digits_says_nothing_that_only_mnist_shows(pages):
    page = pages("digits")
    assert CATALOGUE["digits"].listing in page
    assert page.count(FEW) == 1
    assert "MNIST" not in page.replace(CATALOGUE["digits"].title, "")


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
