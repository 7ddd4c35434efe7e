"""Facts about the PDF: its words, numbers and numbering are those of the page, and its bytes are reproducible."""

import ctypes
import re
import subprocess
import sys
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from pipeline.core.errors import RenderingError
from pipeline.core.storage import read_json, write_json
from pipeline.rendering.page import render_report
from pipeline.rendering.pdf import render_pdf
from stages.shared.layout import PAGES, Layout
from tests.support.quotes import quotes
from tests.support.quotes import text_of as html_text
from tests.support.samples import make_sample, make_tiny
from tests.support.studies import sources

FOOT = 60
"""Points from the lower edge of the paper, above the number of the page and below the text."""
FIGURE = '![A curve.](../data/plot/curve.svg){#fig-a fig-alt="A curve"}\n'
PRINT = (
    "import sys\nfrom pathlib import Path\nfrom pipeline.rendering.pdf import render_pdf\n"
    "sys.stdout.buffer.write(render_pdf(Path('report'), ['index.qmd', 'dips.qmd', 'methods.qmd']))"
)


def pages_of(pdf):
    """Return the text of each page without the number at its foot."""
    pages = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_bounded(bottom=FOOT).split()) for page in pages]


def text_of(pdf):
    return " ".join(pages_of(pdf))


def dense(text):
    """Return a text without the spaces and hyphens at which lines break, and with plain quotation marks."""
    for curly, plain in zip("\u2018\u2019\u201c\u201d", "''\"\"", strict=True):
        text = text.replace(curly, plain)
    return re.sub(r"[\s\u202f\u00a0\u00ad\u0002-]+", "", text)


def missing(texts, pdf):
    """Return those texts that are on no page, nor begin on one page, up to a space, and end on the next."""
    pages = [dense(page) for page in pages_of(pdf)]

    def found(text):
        words = [dense(word) for word in text.split()]
        halves = [("".join(words[:cut]), "".join(words[cut:])) for cut in range(1, len(words))]
        return any("".join(words) in page for page in pages) or any(
            first in page and rest in following for page, following in pairwise(pages) for first, rest in halves
        )

    return {text for text in texts if not found(text)}


def set_text(root, body, **files):
    return text_of(render_pdf(make_tiny(root / "project", body, **files), ["index.qmd"]))


@pytest.fixture
def study_pdf(study_pages):
    layout, pages = study_pages("pandoc")
    return layout, pages, layout.pdf.read_bytes()


def test_two_processes_make_the_same_bytes(sample_pdf):
    root, pdf = sample_pdf
    other = subprocess.run([sys.executable, "-c", PRINT], cwd=root, stdout=subprocess.PIPE, check=True, timeout=120)
    assert other.stdout == pdf
    assert b"/CreationDate" not in pdf


def test_every_number_of_the_pages_is_in_the_pdf(study_pdf):
    _, pages, pdf = study_pdf
    quoted = {one for page in pages.values() for texts in quotes(page).values() for one in texts}
    assert len(quoted) > 300
    assert missing(quoted, pdf) == set()


def test_another_number_is_another_text(copied, sample_pdf):
    layout = Layout(copied(sample_pdf[0]))
    numbers = read_json(layout.numbers)
    write_json(layout.numbers, numbers | {"gain.value": 1234.5})
    assert "+1,234.50" not in dense(text_of(sample_pdf[1]))
    assert "+1,234.50" in dense(text_of(render_pdf(layout.report, ["index.qmd"])))


def test_the_pages_follow_each_other_each_under_its_title_and_references_come_last(study_pdf):
    _, _, pdf = study_pdf
    titles = [entry.get_title() for entry in pypdfium2.PdfDocument(pdf).get_toc() if entry.level == 0]
    heads = {name: re.search(r'title: "(.*)"', source)[1] for name, source in sources().items()}
    places = [titles.index(heads[name]) for name in PAGES[1:]]
    assert places == sorted(places)
    assert titles[-1] == "References"
    assert titles.count("References") == 1
    assert len(titles) > 15


def test_every_word_of_the_pages_is_in_the_pdf(study_pdf):
    _, pages, pdf = study_pdf
    for page in pages.values():
        body = re.sub(r"<(nav|pre|header|details)\b.*?</\1>|<div class=\"pages\".*?</div>", " ", page, flags=re.DOTALL)
        paragraphs = [html_text(one) for one in re.findall(r"<p>(.*?)</p>", body, re.DOTALL) if "<math" not in one]
        sentences = [one for words in paragraphs for one in re.split(r"(?<=\.) ", words)]
        plain = [one for one in sentences if not re.search(r"[()\[]|Figure|Table|Equation|Section", one)]
        assert len(plain) > 3
        assert missing(plain, pdf) == set()


def test_figures_tables_equations_and_sections_bear_the_pages_numbers(sample_pdf, sample_pages):
    text = text_of(sample_pdf[1])
    on_page = set(re.findall(r'class="xref">([^<]+)</a>', sample_pages("pandoc")["index"]))
    assert len(on_page) > 5
    for label in on_page:
        assert label.replace("\N{NO-BREAK SPACE}", " ") in text
    for caption in ("Figure 1: The curve", "Figure 2: Two panels", "(a) One curve", "Table 1: Log likelihood"):
        assert caption in text
    assert "The bound is not the likelihood" in text
    assert "References" in text
    assert "Kingma" in text


def test_everything_lies_on_the_paper(study_pdf):
    for page in pypdfium2.PdfDocument(study_pdf[2]):
        width, height = page.get_size()
        text = page.get_textpage()
        for index in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(index)
            assert min(left, width - right, bottom, height - top) > 36
        for thing in page.get_objects(max_depth=1):
            left, bottom, right, top = thing.get_bounds()
            assert min(left, width - right) > 36


def links_of(page):
    """Return the address of every link of a page, None for a link inside the document."""
    position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    while pdfium.FPDFLink_Enumerate(page, position, link):
        action = pdfium.FPDFLink_GetAction(link)
        length = pdfium.FPDFAction_GetURIPath(page.pdf, action, None, 0) if action else 0
        address = ctypes.create_string_buffer(length + 1)
        if length:
            pdfium.FPDFAction_GetURIPath(page.pdf, action, address, length)
        yield address.value.decode()


def test_links_lead_to_places_in_the_document_and_to_the_net(sample_pdf):
    document = pypdfium2.PdfDocument(sample_pdf[1])
    links = [link for page in document for link in links_of(page)]
    assert links.count("") > 5
    assert all(link.startswith("https://") for link in links if link)
    assert document.get_metadata_value("Title") == "Sample: how likely is an image?"
    assert [one.get_title() for one in document.get_toc()] == [
        "1 The question",
        "2 Method",
        "2.1 In code",
        "Quotations",
        "3 Numbers",
        "4 Intervals",
        "5 Roles",
        "6 Words",
        "Conditions",
        "7 Verdicts",
        "8 After",
        "References",
    ]


def test_only_the_fonts_that_typst_carries_are_used_and_none_is_small(study_pdf):
    kind = [pdfium.FPDF_PAGEOBJ_TEXT]
    texts = [one for page in pypdfium2.PdfDocument(study_pdf[2]) for one in page.get_objects(filter=kind)]
    names = {one.get_font().get_base_name().partition("+")[2] for one in texts}
    assert {name.partition("-")[0] for name in names} <= {"LibertinusSerif", "NewCMMath", "DejaVuSansMono"}
    words = [one for one in texts if "Math" not in one.get_font().get_base_name()]
    sizes = [one.get_font_size() * one.get_matrix().get()[0] for one in words]
    assert min(sizes) > 7.99


def test_the_bar_of_links_is_not_printed_and_what_folds_on_screen_is(tmp_path):
    folded = '::: {.callout-note collapse="true" title="Folded"}\nInside.\n:::\n'
    text = set_text(tmp_path, f"::: {{.pages}}\nOn the screen.\n:::\n\nOn paper.\n\n{folded}")
    assert "On paper. Folded Inside." in text
    assert "On the screen." not in text


def test_a_wide_table_that_folds_on_screen_stays_within_its_box(tmp_path):
    table = f"| Parameter | Value |\n| --- | ---: |\n| first | {' long' * 60} |\n"
    folded = f'::: {{.callout-note collapse="true" title="Folded"}}\n{table}:::\n'
    page = pypdfium2.PdfDocument(render_pdf(make_tiny(tmp_path / "project", folded), ["index.qmd"]))[0]
    text = page.get_textpage()
    title, cell = (text.get_charbox(text.search(word).get_next()[0])[0] for word in ("Folded", "first"))
    assert cell > title


def test_code_is_shown_letter_for_letter(tmp_path):
    text = set_text(tmp_path, "```python\nname = \"a\\\\b\" + '#c'  # $x$ @y <z> *w*\n```\n")
    assert "name = \"a\\\\b\" + '#c'  # $x$ @y <z> *w*".replace(" ", "") in text.replace(" ", "")


def test_a_word_in_a_formula_stays_one(tmp_path):
    assert "Bernoulli" in set_text(tmp_path, r"$X \;\sim\; \mathrm{Bernoulli}\bigl(p\bigr)\!\left(1\right)$" + "\n")


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("curve.svg", "no picture", "Typst: "),
        ("curve.svg", None, "Typst: file not found"),
    ],
)
def test_what_typst_cannot_set_is_told_in_one_line(tmp_path, file, content, complaint):
    folder = make_tiny(tmp_path / "project", FIGURE)
    picture = folder.parent / "data" / "plot" / file
    if content is None:
        picture.unlink()
    else:
        picture.write_text(content, encoding="utf-8")
    with pytest.raises(RenderingError) as caught:
        render_pdf(folder, ["index.qmd"])
    told = str(caught.value)
    assert told.startswith(complaint)
    assert "curve.svg" in told
    assert "correct the report's source" in told
    assert "\n" not in told


def test_a_folder_of_another_name_holds_the_same_report(sample_pdf, tmp_path):
    root = make_sample(tmp_path / "elsewhere")
    (root / "report").rename(root / "Zoë's pages")
    assert render_pdf(root / "Zoë's pages", [f"{name}.qmd" for name in PAGES]) == sample_pdf[1]


def test_a_report_is_pages_and_pdf_and_the_first_page_with_a_hole_is_told(tmp_path):
    folder = make_tiny(tmp_path / "project", "Text.\n")
    report = render_report(folder, PAGES, "pandoc")
    assert tuple(report.pages) == PAGES
    assert report.pdf.startswith(b"%PDF")
    with (folder / "methods.qmd").open("a", encoding="utf-8") as page:
        page.write("\nA {{< n no.such >}}.\n")
    with pytest.raises(RenderingError, match=r"methods\.qmd line 8: no number no\.such"):
        render_report(folder, PAGES, "pandoc")
