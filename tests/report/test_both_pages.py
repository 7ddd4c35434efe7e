import html
import re
from collections import Counter

import pytest

from pipeline.core.storage import write_json
from pipeline.rendering.page import render_pages
from stages.shared.layout import PAGES, Layout
from tests.support.quotes import changed, quotes
from tests.support.samples import NUMBERS, TINY, make_sample

COUNTED = {
    "figures": r'<img [^>]*src="data:image',
    "tables": r"<table",
    "references": r'id="ref-',
    "formulas": r"<math",
    "footnotes": r'id="fn\d',
    "sections": r'<section id="sec-',
    "blocks of code": r'<pre class="sourceCode python',
}


def plain(text):
    return " ".join(html.unescape(re.sub(r"<math.*?</math>|<[^>]+>", "", text, flags=re.DOTALL)).split())


def each(pattern, page):
    return [plain(text) for text in re.findall(pattern, page, re.DOTALL)]


def references(page):
    return each(r'<a href="#(?:fig|tbl|eq|sec)-[^>]*class="(?:quarto-)?xref">(.*?)</a>', page)


def captions(page):
    return each(r"<figcaption[^>]*>(.*?)</figcaption>", page)


@pytest.fixture
def page(pages):
    """Return the first page of the sample by each renderer."""
    return pages["index"]


def test_the_page_has_one_of_everything(page):
    counts = {name: len(re.findall(pattern, page)) for name, pattern in COUNTED.items()}
    assert counts["figures"] == 4
    assert counts["tables"] == 3
    assert counts["references"] == 2
    assert counts["sections"] == 3
    assert counts["footnotes"] == counts["blocks of code"] == 1
    assert counts["formulas"] == 7


def test_captions_and_references_are_numbered_in_order(page):
    assert captions(page) == [
        "Table 1: Log likelihood, in nats per image, on the test set.",
        "Figure 1: The curve of the function, which ends at \N{MINUS SIGN}92.1 nats; made by hand.",
        "(a) One curve.",
        "(b) The same again.",
        "Figure 2: Two panels of one figure, with 10,000 images each.",
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


def test_a_note_is_open_and_one_that_folds_is_closed_but_has_its_table_inside(pages):
    page = pages["index"]
    main = plain(page.partition("<main")[2])
    assert main.index("A word of care") < main.index("The bound is not the likelihood") < main.index("Words that fold")
    (note,) = re.findall(r"<details.*?</details>", page, re.DOTALL)
    assert re.match(r'<details class="callout">\s*<summary class="callout-title">', note)
    assert plain(re.search(r"<summary.*?</summary>", note, re.DOTALL)[0]) == "Words that fold"
    assert 'id="tbl-words"' in note
    assert len(re.findall(r'role="note"|<div class="callout [^"]*callout-note', page)) == 1


def test_the_subtitle_quotes_too(page):
    (subtitle,) = each(r'<p class="subtitle[^"]*">(.*?)</p>', page)
    assert subtitle == "A page that has one of everything, of 10,000 images"


def test_the_bar_leads_to_the_other_pages(page):
    links = re.findall(r'<a href="([\w.]+html[^"]*)"[^>]*>(.*?)</a>', page)
    assert links == [("dips.html", "Quotations"), ("methods.html#sec-after", "Conditions")]


def test_both_renderers_say_the_same(sample_pages, needs_quarto):
    for name in PAGES:
        pandoc, quarto = (sample_pages(renderer)[name] for renderer in ("pandoc", "quarto"))
        assert quotes(pandoc) == quotes(quarto)
        assert captions(pandoc) == captions(quarto)
        assert references(pandoc) == references(quarto)
        for tag in ("h[12]", "t[dh]", "li", "pre"):
            pattern = rf"<{tag}[ >].*?</{tag}>"
            extra = Counter({"Abstract": 1} if name == "index" else {})
            assert Counter(each(pattern, pandoc)) - extra == Counter(each(pattern, quarto))


def test_the_foot_says_who_rendered(page, renderer):
    (foot,) = each(r'<footer class="renderer">(.*?)</footer>', page)
    assert foot.startswith(f"Rendered with {renderer.capitalize()} {3 if renderer == 'pandoc' else 1}.")


@pytest.fixture
def render_changed(tmp_path):
    """Render the sample with some of its numbers changed."""

    def render(keys):
        layout = Layout(make_sample(tmp_path / "project"))
        write_json(layout.numbers, {key: changed(one) if key in keys else one for key, one in NUMBERS.items()})
        return quoted(render_pages(layout.report, PAGES, "pandoc"))

    return render


def quoted(pages):
    """Return what all pages quote, by key."""
    return quotes("".join(pages.values()))


def test_with_every_number_every_quotation_changes(sample_pages, render_changed):
    free = {key for key in NUMBERS if not key.startswith(("role.", "short."))}
    before, after = quoted(sample_pages("pandoc")), render_changed(free)
    assert before.keys() == after.keys()
    assert len(before) > 35
    for key in before.keys() & free:
        assert len(after[key]) == len(before[key])
        assert not set(after[key]) & set(before[key])


def test_with_one_number_only_its_quotations_change(sample_pages, render_changed):
    key = "vae-20.test.log_likelihood"
    before, after = quoted(sample_pages("pandoc")), render_changed({key})
    assert {name for name in before if before[name] != after[name]} == {key}


def test_another_role_quotes_another_model(sample_pages, tmp_path):
    layout = Layout(make_sample(tmp_path / "project"))
    write_json(layout.numbers, NUMBERS | {"role.middle": "vae-04"})
    (layout.report / "dips.qmd").write_text(TINY, encoding="utf-8")  # the sample has no such numbers of that model
    page = render_pages(layout.report, PAGES, "pandoc")["index"]
    assert quotes(page)["vae-04.test.images"] == [
        *quotes(sample_pages("pandoc")["index"])["vae-04.test.images"],
        "10,000",
    ]
    assert "<code>vae-04</code> gives" in " ".join(page.split())


def test_twice_the_same_bytes(sample_pages, renderer, tmp_path):
    again = render_pages(make_sample(tmp_path / "elsewhere") / "report", PAGES, renderer)
    assert again == sample_pages(renderer)
