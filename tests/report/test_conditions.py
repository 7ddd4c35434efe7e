"""Sentences, tables and sections that depend on verdicts: shown, or gone without a trace."""

import pytest

from pipeline.core.errors import RenderingError
from pipeline.core.storage import write_text
from pipeline.rendering.page import render_pages
from pipeline.rendering.pandoc import run_pandoc
from stages.shared.layout import Layout
from tests.support.quotes import text_of
from tests.support.samples import make_tiny

WORDS = {
    verdict: f'[{verdict}]{{.content-visible when-meta="claims.gain.{verdict}"}}' for verdict in ("above", "below")
}


HIDDEN = ("gain.below", "gain.unresolved", "flat.above", "flat.below", "claims.gone", "tables.none", "data.other")


def test_inline_words_follow_their_conditions_also_within_each_other(pages):
    text = text_of(pages["methods"])
    assert "Inline: it is above, by 21.5. Nested: known, flat. Absent:." in text


def test_blocks_follow_their_conditions_also_within_each_other(pages):
    text = text_of(pages["methods"])
    for shown in ("A block that is shown.", "A block within, for a table that is there.", "Words of one data set."):
        assert text.count(shown) == 1


def test_what_is_hidden_leaves_nothing_behind(pages):
    page = pages["methods"]
    body = page.partition("<main")[2].partition("</main>")[0]
    for trace in ("Hidden", "hidden", "steep", "no.such", "NOBODY", "content-visible", *HIDDEN):
        assert trace not in body
    assert page.count("<img ") == 1
    assert "<table" not in page


def test_what_is_hidden_takes_no_number(pages):
    text = text_of(pages["methods"]).replace("\N{NO-BREAK SPACE}", " ")
    assert "Figure 1: Shown figure." in text
    assert "See Figure 1, Section 2, Equation 1 and the first page." in text


def tell(tmp_path, body, renderer="pandoc"):
    with pytest.raises(RenderingError) as caught:
        render_pages(make_tiny(tmp_path / "project", body), ("index",), renderer)
    return str(caught.value)


UNKNOWN = 'Text.\n\n[a]{.content-visible when-meta="claims.gian.above"}\n'
WORDLESS = f"Text.\n\nIt is {WORDS['below']}.\n"
COMPLAINTS = {
    UNKNOWN: "index.qmd line 9: no claim gian in data/summarise/conditions.yml; name one that is there",
    WORDLESS: "index.qmd line 9: the claim gain is above, and the page has no words for that; write them",
}


@pytest.mark.parametrize("body", COMPLAINTS)
def test_an_unknown_claim_and_missing_words_are_told_with_file_and_line(tmp_path, body):
    assert tell(tmp_path, body) == f"Pandoc: {COMPLAINTS[body]}"


@pytest.mark.usefixtures("needs_quarto")
@pytest.mark.parametrize("body", COMPLAINTS)
def test_quarto_tells_them_too(tmp_path, body):
    assert tell(tmp_path, body, "quarto").startswith(f"Quarto: {COMPLAINTS[body]}")


def test_words_for_any_verdict_are_words_for_each(tmp_path):
    body = WORDLESS.replace("gain.below", "gain.known")
    assert "It is below." in text_of(render_pages(make_tiny(tmp_path / "project", body), ("index",), "pandoc")["index"])


def test_an_absent_claim_needs_no_words_and_a_changed_verdict_other_words(tmp_path):
    folder = make_tiny(tmp_path / "project", f"It is{WORDS['above']}{WORDS['below']}.\n")
    said = {}
    for verdict in ("above", "below", "absent"):
        known = "" if verdict == "absent" else ", known: true"
        write_text(Layout(tmp_path / "project").conditions, f"claims:\n  gain: {{{verdict}: true{known}}}\n")
        said[verdict] = text_of(run_pandoc(folder, "index.qmd", ["--to=html5"])).partition("One ")[2]
    assert said == {"above": "It isabove.", "below": "It isbelow.", "absent": "It is."}


def test_a_condition_that_asks_for_nothing_that_is_there_hides(tmp_path):
    asked = ' when-meta="tables.unknown"', ' when-meta="claims"', ""
    body = f"A{''.join(f'[b]{{.content-visible{one}}}' for one in asked)}.\n"
    page = run_pandoc(make_tiny(tmp_path / "project", body), "index.qmd", ["--to=html5"])
    assert "<p>A.</p>" in page
