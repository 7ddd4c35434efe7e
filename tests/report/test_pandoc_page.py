import re
from xml.etree import ElementTree

import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering import pandoc
from pipeline.rendering.mathml import set_formulas
from pipeline.rendering.page import render_pages
from pipeline.rendering.pandoc import render_with_pandoc
from tests.support.samples import make_tiny

FIGURE = '![A curve.](../data/plot/curve.svg){#fig-a fig-alt="A curve"}\n'


def render(root, body, **files):
    return render_with_pandoc(make_tiny(root / "project", body, **files), "index.qmd")


def test_raw_html_in_the_source_is_shown_not_run(tmp_path):
    page = render(
        tmp_path, "A <b onclick='x()'>word</b>.\n\n<script>alert(1)</script>\n\n```{=html}\n<hr id='raw'>\n```\n"
    )
    assert "<script" not in page
    assert "<b " not in page
    assert "<hr id" not in page
    assert "&lt;script&gt;" in page


def test_included_files_are_read_like_the_pages():
    (reader,) = re.findall(r"^local READER = '(.+)'$", (pandoc.ROOM / "filter.lua").read_text(encoding="utf-8"), re.M)
    assert reader == pandoc.READER


def test_captions_may_hold_computed_numbers(tmp_path):
    page = render(tmp_path, FIGURE.replace("A curve.", "Up to {{< n few >}}."))
    assert re.search(r"Figure\s1:</span> Up to <span[^>]*>999</span>\.</figcaption>", page)


def test_references_bear_the_numbers_of_what_they_lead_to(tmp_path):
    see = "See @fig-b, @fig-a, [@fig-a; @eq-z], -@eq-z and @sec-two.\n\n"
    equations = "$$\na\n$$ {#eq-y}\n\n$$b$$ {#eq-z}\n\n"
    figures = FIGURE + "\n" + FIGURE.replace("fig-a", "fig-b") + "\n"
    page = render(tmp_path, see + figures + equations + "## Two {#sec-two}\n")
    links = re.findall(r'<a href="#([^"]+)" class="xref">([^<]+)</a>', page)
    assert [(target, text.replace("\N{NO-BREAK SPACE}", " ")) for target, text in links] == [
        ("fig-b", "Figure 2"),
        ("fig-a", "Figure 1"),
        ("fig-a", "Figure 1"),
        ("eq-z", "Equation 2"),
        ("eq-z", "2"),
        ("sec-two", "Section 1.1"),
    ]


@pytest.mark.parametrize(
    ("formula", "spaces"),
    [
        (r"\log p(x)", 1),
        (r"\left[ \log \frac{1}{2} \right]", 1),
        (r"\log(x)", 0),
        (r"\mathbb{E}_q \log p", 2),
        (r"x_{\mathrm{max}} y", 0),
        (r"\log^2 x + \max_x", 0),
        (r"\sum_{\mathrm{all}\, x} \mathrm{d} x", 1),
    ],
)
def test_a_function_stands_off_its_argument(tmp_path, formula, spaces):
    page = set_formulas(render(tmp_path, f"${formula}$\n"))
    written = re.findall(r"<math.*?<annotation", page, re.DOTALL)[0]
    assert written.count('<mspace width="0.167em">') == spaces
    ElementTree.fromstring(written.removesuffix("<annotation") + "</semantics></math>")


def test_a_comma_stays_with_its_formula(tmp_path):
    page = set_formulas(render(tmp_path, "So $x$, $y$ and $z$.\n"))
    spans = re.findall(r'<span class="unbroken">(.*?)</span>', page, re.DOTALL)
    assert [(span.count("<math"), span[-1]) for span in spans] == [(1, ","), (1, ".")]
    assert "</math> and <span" in page


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("See @fig-none.\n", "index.qmd line 7: @fig-none refers to no label"),
        ("See [-@sec-none].\n", "index.qmd line 7: @sec-none refers to no label"),
        ("See @sec-free.\n\n# Free {#sec-free .unnumbered}\n", "a section without a number"),
        ("See @nobody1999.\n", "nobody1999 not found"),
        ("See [@fig-a; @kingma2014].\n\n" + FIGURE, "cannot share one bracket"),
        (FIGURE + "\n" + FIGURE, "the label fig-a is given twice"),
        (FIGURE.replace("curve.svg", "none.svg"), "there is no picture ../data/plot/none.svg; correct its name"),
        (FIGURE.replace("../data", "https://example.org"), "is not a file of the project"),
        ("::: {#tbl-x}\n\n| a |\n|---|\n| 1 |\n\n:::\n", "tbl-x has no caption"),
        ("$$\\nosuchmacro{x}$$\n", "nosuchmacro"),
        ("{{< include _none.qmd >}}\n", "index.qmd line 7: the included file _none.qmd is missing"),
        ("{{< n no.such.number >}}\n", "index.qmd line 7: no number no.such.number"),
        ("{{< nn loss >}}\n", "there is no shortcode nn"),
        ("A value of {{< n loss, and more.\n", "a shortcode is not closed: {{< n loss, and more."),
    ],
)
def test_a_page_with_a_hole_is_not_made(tmp_path, body, complaint):
    with pytest.raises(RenderingError) as caught:
        render(tmp_path, body)
    assert complaint in " ".join(str(caught.value).split())


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (FIGURE.replace(' fig-alt="A curve"', ""), "has no description (fig-alt)"),
        (FIGURE.replace('"A curve"', '"A curve up to `{python} 42`, see [x]{.number}"'), "unresolved markup"),
        ("A value of {{<n loss>}}.\n", "unresolved shortcode {{<n loss>"),
        ("See [there](#nowhere).\n", "the link #nowhere has no target"),
        ("See [there](../data/x.csv).\n", "leaves the page"),
    ],
)
def test_a_page_that_pandoc_calls_a_success_is_still_checked(tmp_path, body, complaint):
    folder = make_tiny(tmp_path / "project", body)
    with pytest.raises(RenderingError) as caught:
        render_pages(folder, ("index",), "pandoc")
    assert complaint in str(caught.value)


def test_a_pandoc_that_does_not_end_is_ended(tmp_path, monkeypatch):
    program = tmp_path / "pandoc"
    program.write_text("#!/bin/sh\nsleep 600\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(pandoc, "TIMEOUT", 0.5)
    monkeypatch.setattr(pandoc, "find_pandoc", lambda: program)
    with pytest.raises(RenderingError, match=r"pandoc was stopped after 0\.5 s"):
        render(tmp_path, "Text.\n")


def test_a_missing_pandoc_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(pandoc, "files", lambda _: tmp_path)
    with pytest.raises(RenderingError, match="run `pip install pypandoc_binary`"):
        pandoc.find_pandoc()


def test_settings_that_are_not_yaml_are_told(tmp_path):
    folder = make_tiny(tmp_path / "project", "Text.\n")
    (folder / "_quarto.yml").write_text("project: [\n", encoding="utf-8")
    with pytest.raises(RenderingError, match=r"_quarto\.yml|YAML"):
        render_with_pandoc(folder, "index.qmd")


def test_an_included_file_may_quote_include_and_depend_on_verdicts(tmp_path):
    up, down = (
        f'[{word}]{{.content-visible when-meta="claims.gain.{verdict}"}}'
        for word, verdict in (("up", "above"), ("down", "below"))
    )
    inner = f"Inner {{{{< n few >}}}} {up}{down}.\n"
    page = render(tmp_path, "{{< include _inner.qmd >}}\n\nOuter.\n", inner=inner)
    words = re.findall(r"<p>(.*?)</p>", page)
    assert [re.sub("<[^>]+>", "", one) for one in words] == ["Inner 999 up.", "Outer."]
