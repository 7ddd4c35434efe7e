"""Facts about the PDF: its words, numbers and numbering are those of the page, and its bytes are reproducible."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from pipeline.core.errors import RenderingError
from pipeline.core.storage import read_json
from pipeline.rendering.manuscript import read_manuscript
from pipeline.rendering.page import render_report
from pipeline.rendering.pdf import render_pdf
from tests.support.quotes import quotes
from tests.support.samples import make_sample, make_tiny

FIGURE = '![A curve.](../data/plot/curve.svg){#fig-a fig-alt="A curve"}\n'
PRINT = (
    "import hashlib\nfrom pathlib import Path\nfrom pipeline.rendering.manuscript import read_manuscript\n"
    "from pipeline.rendering.pdf import render_pdf\n"
    "print(hashlib.sha256(render_pdf(read_manuscript(Path('report')))).hexdigest())"
)


def text_of(pdf):
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def dense(text):
    """Return a text without the spaces and hyphens at which lines break."""
    return re.sub(r"[\s\u202f\u00a0\u00ad-]+", "", text)


def set_text(root, body, **files):
    return text_of(render_pdf(read_manuscript(make_tiny(root / "project", body, **files))))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    root = make_sample(tmp_path_factory.mktemp("pdf") / "project")
    return root, render_report(root / "report", "pandoc")


def test_two_processes_make_the_same_bytes(sample):
    root, _ = sample
    digests = {
        subprocess.run(
            [sys.executable, "-c", PRINT], cwd=root, capture_output=True, encoding="utf-8", check=True, timeout=120
        ).stdout
        for _ in range(2)
    }
    assert len(digests) == 1
    assert b"/CreationDate" not in sample[1].pdf


def test_every_number_of_the_page_is_in_the_pdf(study_report):
    _, report = study_report
    text = dense(text_of(report.pdf))
    quoted = {dense(one) for texts in quotes(report.page).values() for one in texts}
    assert len(quoted) > 100
    assert {one for one in quoted if one not in text} == set()


def test_another_number_is_another_text(made_report, tmp_path, study_report):
    layout, report = study_report
    key = "pair.vae-20.vae-04.test.difference"
    numbers = read_json(layout.numbers)
    changed = made_report(tmp_path / "project", numbers | {key: numbers[key] + 1234.5})
    shown = f"{numbers[key] + 1234.5:,.2f}".replace(",", "")
    assert shown not in dense(text_of(report.pdf))
    assert shown in dense(text_of(render_pdf(read_manuscript(changed.report))))


def test_figures_tables_equations_and_sections_bear_the_pages_numbers(sample):
    _, report = sample
    text = text_of(report.pdf)
    on_page = set(re.findall(r'class="xref">([^<]+)</a>', report.page))
    assert len(on_page) > 5
    for label in on_page:
        assert label.replace("\N{NO-BREAK SPACE}", " ") in text
    for caption in ("Figure 1: The curve", "Figure 2: Two panels", "(a) One curve", "Table 1: Log likelihood"):
        assert caption in text
    assert "The bound is not the likelihood" in text
    assert "References" in text
    assert "Kingma" in text


def test_everything_lies_on_the_paper(study_report):
    for page in pypdfium2.PdfDocument(study_report[1].pdf):
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


def test_links_lead_to_places_in_the_document_and_to_the_net(sample):
    document = pypdfium2.PdfDocument(sample[1].pdf)
    links = [link for page in document for link in links_of(page)]
    assert links.count("") > 5
    assert all(link.startswith("https://") for link in links if link)
    assert document.get_metadata_value("Title") == "Sample: how likely is an image?"
    assert [one.get_title() for one in document.get_toc()] == [
        "1 The question",
        "2 Method",
        "2.1 In code",
        "References",
    ]


def test_only_the_fonts_that_typst_carries_are_used_and_none_is_small(study_report):
    kind = [pdfium.FPDF_PAGEOBJ_TEXT]
    texts = [one for page in pypdfium2.PdfDocument(study_report[1].pdf) for one in page.get_objects(filter=kind)]
    names = {one.get_font().get_base_name().partition("+")[2] for one in texts}
    assert {name.partition("-")[0] for name in names} <= {"LibertinusSerif", "NewCMMath", "DejaVuSansMono"}
    words = [one for one in texts if "Math" not in one.get_font().get_base_name()]
    assert min(one.get_font_size() * one.get_matrix().get()[0] for one in words) > 7.99


def test_what_is_for_the_screen_is_not_printed(tmp_path):
    text = set_text(tmp_path, "::: {.screen}\nOn the screen.\n:::\n\nOn paper.\n")
    assert "On paper." in text
    assert "On the screen." not in text


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
        render_pdf(read_manuscript(folder))
    told = str(caught.value)
    assert told.startswith(complaint)
    assert "curve.svg" in told
    assert "correct the report's source" in told
    assert "\n" not in told


def test_a_folder_of_another_name_holds_the_same_report(sample, tmp_path):
    root = make_sample(tmp_path / "elsewhere")
    (root / "report").rename(root / "Zoë's pages")
    assert render_pdf(read_manuscript(Path(root / "Zoë's pages"))) == sample[1].pdf
