"""Facts about the study's own pages, rendered with made-up numbers."""

import re
from collections import Counter

import pytest

from pipeline.core.storage import read_json, write_json
from pipeline.numbers.claims import NAMES, ONE_SIDED
from pipeline.rendering.page import render_pages
from pipeline.rendering.pandoc import run_pandoc
from pipeline.rendering.reader import read_page
from stages.shared.layout import PAGES, Layout
from tests.support.quotes import changed, quotes, text_of
from tests.support.studies import VERDICTS, sources, turn, wordings, words_of

MEGABYTES = 2.5
WORDS = {"index": 7000, "dips": 2500}
TABLES, FIGURES = 8, 20
NAMING = ("role.", "short.")
"""Keys of names that decide which other keys are quoted."""


@pytest.fixture
def made(study_pages):
    return study_pages("pandoc")


@pytest.fixture(params=PAGES)
def page(request, made):
    return made[1][request.param]


def body(page):
    """Return a page's main part without references and the renderer's name."""
    main = page.partition("<main")[2].partition("<footer")[0]
    return re.sub(r'<section id="references".*', "", main, flags=re.DOTALL)


def test_every_number_changes_the_page_with_its_key(made, copied):
    layout, pages = made
    numbers = read_json(layout.numbers)
    other = Layout(copied(layout.root))
    write_json(
        other.numbers,
        {key: one if key.startswith(NAMING) else changed(one) for key, one in numbers.items()},
    )
    made_again = render_pages(other.report, PAGES, "pandoc")
    for name in PAGES:
        before, after = quotes(pages[name]), quotes(made_again[name])
        assert before.keys() == after.keys()
        assert len(before) > 50
        assert {key: len(texts) for key, texts in before.items()} == {key: len(texts) for key, texts in after.items()}
        same = {key for key, texts in before.items() if set(texts) & set(after[key])}
        assert {key for key in same if not key.startswith(NAMING)} == set()


def test_all_that_is_quoted_is_of_this_study(made):
    layout, pages = made
    numbers = read_json(layout.numbers)
    for page in pages.values():
        assert quotes(page).keys() <= numbers.keys()
        assert 'class="missing"' not in page


def test_no_number_is_typed_in_the_prose(page):
    prose = re.sub(r"<(pre|math|table|h\d|figcaption)\b.*?</\1>", "", body(page), flags=re.DOTALL)
    prose = re.sub(r'<span class="nocase">(.*?)</span>', r"\1", prose)
    prose = re.sub(r'<span class="(?:number|words|citation|caption-label)".*?</span>', "", prose, flags=re.DOTALL)
    prose = re.sub(r"<(a|code)\b.*?</\1>", "", prose, flags=re.DOTALL)
    assert len(prose) > 3000
    assert re.findall(r".{0,30}\b\d+\.\d+.{0,10}", text_of(prose)) == []
    assert re.findall(r".{0,30}\b\d{2,}\b.{0,10}", text_of(prose)) == []


@pytest.fixture(scope="module")
def turned(made_layout, tmp_path_factory):
    """Return the words of each page with every claim above, below, not resolved or absent."""
    layout = made_layout(tmp_path_factory.mktemp("turned") / "project")
    said = {}
    for verdict in VERDICTS:
        turn(layout, verdict)
        said[verdict] = {name: words_of(layout, name) for name in PAGES}
    return said


@pytest.mark.parametrize("name", ["index", "dips"])
def test_a_page_has_words_for_every_verdict_and_they_differ(turned, name):
    texts = [turned[verdict][name] for verdict in VERDICTS]
    assert len(set(texts)) == len(VERDICTS)
    assert all(len(text) > 5000 for text in texts)
    assert len(turned["absent"][name]) < min(len(text) for text in texts[:3])


def test_the_methods_page_asks_for_no_verdict_but_whether_a_claim_is_made(turned):
    assert {verdict for said in wordings(sources()["methods"]).values() for verdict in said} <= {"known"}
    assert {len(turned[verdict]["methods"]) > 5000 for verdict in VERDICTS} == {True}


@pytest.mark.parametrize("name", ["index", "dips"])
def test_each_claims_words_differ_between_its_verdicts(name):
    found = wordings(sources()[name])
    assert len(found) > 10
    assert found.keys() <= set(NAMES)
    for claim, said in found.items():
        if "known" in said and len(said) == 1:
            continue
        verdicts = {"above", "unresolved"} if claim in ONE_SIDED else {"above", "unresolved", "below"}
        assert said.keys() - {"known"} == verdicts, claim
        assert said["above"] != said["unresolved"], claim
        same = {verdict for verdict in ("above", "unresolved") if said.get("below") == said[verdict]}
        assert (
            not same or (claim, same) == ("shift", {"above"}) or (claim, "above" in same) == ("dips-narrow-fast", False)
        )


@pytest.mark.parametrize("name", ["index", "dips"])
def test_no_sentence_is_left_broken_by_a_verdict(turned, name):
    for verdict in VERDICTS:
        text = turned[verdict][name]
        assert re.findall(r".{30} [,.;:)](?!\.).{10}", re.sub(r"\s+([,.;])(?=\s*\d)", r"\1", text)) == []
        assert re.findall(r".{20}\(\s*\).{10}|.{20}\.\s*\..{10}|.{20},\s*[,.].{10}", text) == []


def test_the_article_is_short(made):
    _, pages = made
    for name, most in WORDS.items():
        assert len(text_of(re.sub(r"<math.*?</math>", "x", body(pages[name]), flags=re.DOTALL)).split()) <= most
    assert body(pages["index"]).count("<table") <= TABLES
    assert len(re.findall(r'<figure[^>]*id="fig-', pages["index"])) <= FIGURES
    assert max(len(page.encode()) for page in pages.values()) <= MEGABYTES * 1e6


def test_captions_are_numbered_and_every_figure_of_more_than_one_panel_counts_once(made):
    for page in made[1].values():
        for kind in ("Figure", "Table"):
            numbers = re.findall(rf'<span class="caption-label">{kind}\s(\d+):', page)
            assert numbers == [str(place + 1) for place in range(len(numbers))]


def test_ids_are_unique_across_the_pages(made):
    ids = Counter(
        element.attributes["id"]
        for page in made[1].values()
        for element in read_page(page).elements
        if element.in_body and element.attributes.get("id", "").startswith(("sec-", "fig-", "tbl-", "eq-"))
    )
    assert len(ids) > 60
    assert [name for name, count in ids.items() if count > 1] == []


def test_every_page_has_a_bar_that_leads_to_the_others_and_names_itself(made):
    files = [f"{name}.html" for name in PAGES] + ["explorer.html", "report.pdf"]
    for name, page in made[1].items():
        (bar,) = re.findall(r'<div class="pages">(.*?)</div>', page, re.DOTALL)
        links = re.findall(r'<a href="([^"]+)"', bar)
        assert links == [file for file in files if file != f"{name}.html"]
        assert len(re.findall("<strong>", bar)) == 1


def test_links_between_pages_lead_to_sections(made):
    links = {link for page in made[1].values() for link in re.findall(r'href="(\w+\.html#[^"]+)"', page)}
    assert len(links) > 4
    for link in links:
        name, _, target = link.partition(".html#")
        assert name == "explorer" or f'id="{target}"' in made[1][name]


def test_the_findings_are_ten_each_with_a_drawing_and_a_link_to_evidence(made_layout, tmp_path):
    layout = made_layout(tmp_path / "project")
    turn(layout, "above")
    page = run_pandoc(layout.report, "index.qmd", ["--to=html5", "--mathml"])
    findings = re.findall(r'<div class="finding">(.*?)</div>', page, re.DOTALL)
    assert len(findings) == 10
    for finding in findings:
        assert finding.count("<img ") == 1
        assert re.search(r'<a href="(#sec-[\w-]+|dips\.html)">Evidence</a>', finding)
        assert re.match(r"\s*<p><strong>", finding)


def test_two_models_make_pages_too(made_numbers, made_layout, tmp_path):
    layout = made_layout(tmp_path / "project", made_numbers(2))
    pages = render_pages(layout.report, PAGES, "pandoc")
    assert not [key for page in pages.values() for key in quotes(page) if "vae-32" in key]


def test_both_renderers_quote_and_number_the_same(made, study_pages, needs_quarto):
    for name, quarto in study_pages("quarto")[1].items():
        pandoc = made[1][name]
        assert quotes(quarto) == quotes(pandoc)
        labels = [re.findall(r"\b(?:Figure|Table)\s\d+:", text_of(page)) for page in (quarto, pandoc)]
        assert labels[0] == labels[1]
        xrefs = [re.findall(r'class="(?:quarto-)?xref"[^>]*>(?:<span>)?([^<]+)<', page) for page in (quarto, pandoc)]
        assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in xrefs[0]] == [
            one.replace("\N{NO-BREAK SPACE}", " ") for one in xrefs[1]
        ]
