import html
import json
import re
from collections import Counter

import pytest

from pipeline.rendering.page import render_page
from pipeline.rendering.quotation import format_number
from tests.support.quotes import changed, quotes
from tests.support.samples import SAMPLE, make_sample

NUMBERS = json.loads((SAMPLE / "data" / "summarise" / "numbers.json").read_text(encoding="utf-8"))
COUNTED = {
    "figures": r'<img [^>]*src="data:image',
    "tables": r"<table",
    "references": r'id="ref-',
    "formulas": r"<math",
    "footnotes": r'id="fn\d',
    "sections": r'<section id="sec-',
    "blocks of code": r'<pre class="sourceCode python',
    "notes": r'class="[^"]*callout-note',
}


def plain(text):
    return " ".join(html.unescape(re.sub(r"<math.*?</math>|<[^>]+>", "", text, flags=re.DOTALL)).split())


def each(pattern, page):
    return [plain(text) for text in re.findall(pattern, page, re.DOTALL)]


def references(page):
    return each(r'<a href="#(?:fig|tbl|eq|sec)-[^>]*class="(?:quarto-)?xref">(.*?)</a>', page)


def captions(page):
    return each(r"<figcaption[^>]*>(.*?)</figcaption>", page)


def test_the_page_has_one_of_everything(page):
    counts = {name: len(re.findall(pattern, page)) for name, pattern in COUNTED.items()}
    assert counts["figures"] == 3
    assert counts["tables"] == 3
    assert counts["references"] == 2
    assert counts["sections"] == 3
    assert counts["footnotes"] == counts["notes"] == counts["blocks of code"] == 1
    assert counts["formulas"] == 7


def test_captions_and_references_are_numbered_in_order(page):
    assert captions(page) == [
        "Table 1: Log likelihood, in nats per image, on the test set.",
        "Figure 1: The curve of the function, which ends at \N{MINUS SIGN}92.1 nats; made by hand.",
        "(a) One curve.",
        "(b) The same again.",
        "Figure 2: Two panels of one figure, with 10 000 images each.",
        "Table 2: Words with a meaning, at 0.213 nats.",
    ]
    assert references(page) == [
        "Table 1",
        "Equation 1",
        "Section 1",
        "Equation 2",
        "Figure 1",
        "Figure 2",
        "Figure 2 (a)",
        "Table 2",
    ]


def test_every_quoted_value_stands_beside_its_key(page):
    for key, texts in quotes(page).items():
        value = NUMBERS[key]
        printed = {value} if isinstance(value, str) else {format_number(value, digits) for digits in (None, 0, 1, 2, 3)}
        assert {text.removeprefix("+") for text in texts} <= printed
    assert len(quotes(page)) == len(NUMBERS)


def test_words_with_meaning_in_markdown_and_html_are_only_words(page):
    assert quotes(page)["draws.meaning"] == [NUMBERS["draws.meaning"]]
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_both_renderers_say_the_same(pandoc_page, quarto_page):
    assert quotes(pandoc_page) == quotes(quarto_page)
    assert captions(pandoc_page) == captions(quarto_page)
    assert references(pandoc_page) == references(quarto_page)
    for tag in ("h[12]", "t[dh]", "li", "pre"):
        pattern = rf"<{tag}[ >].*?</{tag}>"
        assert Counter(each(pattern, pandoc_page)) - Counter({"Abstract": 1}) == Counter(each(pattern, quarto_page))


def test_the_foot_says_who_rendered(pandoc_page):
    assert each(r'<footer class="renderer">(.*?)</footer>', pandoc_page)[0].startswith("Rendered with Pandoc 3")


def test_the_foot_says_that_quarto_rendered(quarto_page):
    assert each(r'<footer class="renderer">(.*?)</footer>', quarto_page)[0].startswith("Rendered with Quarto 1")


@pytest.fixture
def render_changed(tmp_path):
    """Render the sample with some of its numbers changed."""

    def render(keys):
        root = make_sample(tmp_path / "project")
        other = {key: changed(value) if key in keys else value for key, value in NUMBERS.items()}
        (root / "data" / "summarise" / "numbers.json").write_text(json.dumps(other), encoding="utf-8")
        return render_page(root / "report", "pandoc")

    return render


def test_with_every_number_every_quotation_changes(pandoc_page, render_changed):
    before, after = quotes(pandoc_page), quotes(render_changed(set(NUMBERS)))
    assert set(before) == set(after) == set(NUMBERS)
    for key, texts in before.items():
        assert len(after[key]) == len(texts)
        assert not set(after[key]) & set(texts)


@pytest.mark.parametrize("key", ["vae-20.test.log_likelihood", "gain.low", "vae-04.label", "draws.meaning"])
def test_with_one_number_only_its_quotations_change(pandoc_page, render_changed, key):
    before, after = quotes(pandoc_page), quotes(render_changed({key}))
    assert {name for name in NUMBERS if before[name] != after[name]} == {key}


def test_twice_the_same_bytes(pandoc_page, tmp_path):
    again = render_page(make_sample(tmp_path / "elsewhere") / "report", "pandoc")
    assert again == pandoc_page


def test_twice_the_same_bytes_from_quarto(quarto_page, tmp_path):
    again = render_page(make_sample(tmp_path / "elsewhere") / "report", "quarto")
    assert again == quarto_page
