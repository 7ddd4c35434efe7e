"""Shortcodes quote numbers and words, in the same letters on the pages of both renderers and in the PDF."""

import random
import re

import pypdfium2
import pytest

from pipeline.core.errors import RenderingError
from pipeline.core.storage import write_json
from pipeline.rendering.page import render_pages
from pipeline.rendering.pandoc import run_pandoc
from stages.shared.layout import Layout
from tests.support.quotes import quotes, text_of
from tests.support.samples import NUMBERS, make_tiny

MINUS, FIXED = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
QUOTED = {
    "loss": [f"{MINUS}92.1", f"{MINUS}92.13", f"{MINUS}92", f"{MINUS}92.13", f"{MINUS}92.1"],
    "gain.value": ["21.5", "+21.5", "+21", "21.46"],
    "nearly": ["0.0", "0.0", f"{MINUS}0.04"],
    "nothing": ["0.00", "0"],
    "few": ["999", "999", "999.0"],
    "thousand": ["1,000"],
    "many": [f"{MINUS}1,234,567.89", f"{MINUS}1,234,568"],
    "whole": ["60,000"],
    "gain.low": ["21.1", "21.09"],
    "gain.high": ["21.8", "21.83"],
    "loss.value": [f"{MINUS}92"],
    "loss.low": [f"{MINUS}93.0", f"{MINUS}93"],
    "loss.high": ["0.0", "0"],
    "pair.value": ["+1.2"],
    "pair.low": [f"{MINUS}0.8"],
    "pair.high": ["+3.3"],
    "vae-20.test.log_likelihood": [f"{MINUS}92.1"],
    "pair.vae-20.vae-04.test.value": ["+21.5"],
    "vae-20-short.test.log_likelihood": [f"{MINUS}99.9"],
    "compare.vae-20-short.vae-04.gain.value": ["3.2"],
    "compare.vae-20-short.vae-04.gain.low": ["3.0"],
    "compare.vae-20-short.vae-04.gain.high": ["3.5"],
    "role.middle": ["vae-20"],
}
WORDS = {key: [text] for key, text in NUMBERS.items() if key.startswith("nasty.")}


def dense(text):
    """Return a text without the spaces at which lines break."""
    return re.sub(r"[\s\u202f\u00a0\u00ad\u0002]+", "", text)


@pytest.fixture(scope="module")
def pdf_text(sample_pdf):
    pages = pypdfium2.PdfDocument(sample_pdf[1])
    return " ".join(page.get_textpage().get_text_range() for page in pages)


def test_every_number_is_printed_as_a_typesetter_would_and_words_letter_for_letter(pages):
    assert quotes(pages["dips"]) == QUOTED | WORDS


def test_signs_brackets_and_words_stand_where_they_were_written(pages):
    text = text_of(pages["dips"])
    assert f"Side by side: ({MINUS}92.1;999)/999.0." in text
    assert f"Intervals 21.1 to 21.8 and {MINUS}93.0 to 0.0." in text
    assert f"21.46 (21.09 to 21.83), +1.2 ({MINUS}0.8 to +3.3), {MINUS}92 ({MINUS}93 to 0)." in text
    assert f"21.1</span>{FIXED}to{FIXED}<span" in pages["dips"].replace("&nbsp;", FIXED)


def test_a_model_is_named_by_its_role_or_its_key_and_set_as_code(pages):
    names = re.search(r"Names: (.*?); ", pages["dips"], re.DOTALL)[1]
    assert re.findall(r"<code>(.*?)</code>", names) == [
        "vae-20",
        "vae-20-short",
        "vae-20",
        "vae-04",
        "a*b_c`&lt;d&gt;",
    ]


def test_words_with_meaning_in_markdown_and_html_are_only_words(pages):
    assert quotes(pages["index"])["draws.meaning"] == [NUMBERS["draws.meaning"]]
    for page in pages.values():
        assert "<script>alert" not in page
        assert 'onerror="alert' not in page
        assert 'href="javascript' not in page


def test_words_and_numbers_are_literal_in_the_pdf(pdf_text):
    text = dense(pdf_text)
    for words in ("nasty.0", "nasty.2", "nasty.3", "nasty.4", "nasty.5", "nasty.9", "nasty.10", "nasty.13", "nasty.15"):
        assert dense(NUMBERS[words]) in text
    assert dense(NUMBERS["draws.meaning"]) in text
    assert dense(NUMBERS["odd"]) in text
    assert f"(21.09to21.83),+1.2({MINUS}0.8to+3.3)" in text
    assert f"{MINUS}1,234,567.89" in text


def test_a_printed_number_reads_as_the_rounded_number(tmp_path):
    draw = random.Random(5)
    numbers = {f"x.{place}": draw.uniform(-1, 1) * 10 ** draw.randint(-7, 12) for place in range(300)}
    numbers |= {"x.300": 0.5, "x.301": 1.5, "x.302": -2.5, "x.303": 999.9996, "x.304": -0.0}
    digits = {key: draw.randint(0, 6) for key in numbers}
    body = "\n\n".join(f"{{{{< n {key} {sign}{digits[key]} >}}}}" for key in numbers for sign in ("", "+"))
    folder = make_tiny(tmp_path / "project", body)
    write_json(Layout(tmp_path / "project").numbers, numbers)
    found = quotes(run_pandoc(folder, "index.qmd", ["--to=html5"]))
    for key, number in numbers.items():
        plain, signed = found[key]
        rounded = float(f"{number:.{digits[key]}f}")
        assert float(plain.replace(MINUS, "-").replace(",", "")) == rounded
        assert len(plain.partition(".")[2]) == digits[key]
        assert signed == (f"+{plain}" if rounded > 0 else plain)
        assert plain.startswith(MINUS) == (rounded < 0)
        whole = plain.removeprefix(MINUS).partition(".")[0]
        assert re.fullmatch(r"\d{1,3}(,\d{3})*", whole)


MISSING = {
    "n loss.of.nothing": "loss.of.nothing",
    "n loss.of.nothing 2": "loss.of.nothing",
    "ci loss.of.nothing 2": "loss.of.nothing.low",
    "est loss.of.nothing": "loss.of.nothing.value",
    "est gain-without.ends": "gain-without.ends.low",
    "n pair.MIDDLE.SMALL.train.value": "pair.vae-20.vae-04.train.value",
    "n MIDDLE-SHORT.none": "vae-20-short.none",
    "n LARGE.latent_dim": "LARGE.latent_dim",
    "model LARGE": "LARGE",
    "model vae-99": "vae-99",
}


@pytest.mark.parametrize("call", MISSING)
def test_a_missing_number_is_told_with_file_line_and_key(tmp_path, call):
    folder = make_tiny(
        tmp_path / "project", f"{{{{< n loss >}}}} {{{{< model MIDDLE >}}}}\n\nHere {{{{< {call} >}}}}.\n"
    )
    layout = Layout(tmp_path / "project")
    write_json(layout.numbers, NUMBERS | {"gain-without.ends.value": 1.0})
    with pytest.raises(RenderingError) as caught:
        render_pages(folder, ("index",), "pandoc")
    assert str(caught.value) == (
        f"Pandoc: index.qmd line 9: no number {MISSING[call]} in data/summarise/numbers.json; quote one that is there"
    )


@pytest.mark.usefixtures("needs_quarto")
def test_quarto_tells_a_missing_number_with_file_line_and_key(tmp_path):
    folder = make_tiny(tmp_path / "project", "{{< n loss >}}\n\nHere {{< n pair.MIDDLE.SMALL.train.value >}}.\n")
    with pytest.raises(RenderingError) as caught:
        render_pages(folder, ("index",), "quarto")
    assert str(caught.value).startswith(
        "Quarto: index.qmd line 9: no number pair.vae-20.vae-04.train.value in data/summarise/numbers.json; quote"
    )


def test_a_shortcode_that_is_not_one_is_told(tmp_path):
    folder = make_tiny(tmp_path / "project", "Here {{< nn loss >}}.\n")
    with pytest.raises(RenderingError, match="there is no shortcode nn"):
        render_pages(folder, ("index",), "pandoc")


def test_numbers_that_are_not_there_are_told(tmp_path):
    folder = make_tiny(tmp_path / "project", "Text.\n")
    Layout(tmp_path / "project").numbers.unlink()
    with pytest.raises(RenderingError, match=r"numbers\.json is missing; run `dvc repro`"):
        render_pages(folder, ("index",), "pandoc")


def test_the_repository_is_linked_if_the_project_names_one(tmp_path):
    folder = make_tiny(tmp_path / "project", "At {{< repository >}}!\n")
    assert "<p>At !</p>" in run_pandoc(folder, "index.qmd", ["--to=html5"])
    settings = folder / "_quarto.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f"repository: https://example.org/study\n{text}", encoding="utf-8")
    link = '<p>At <a href="https://example.org/study">Repository</a>!</p>'
    assert link in run_pandoc(folder, "index.qmd", ["--to=html5"])
