import html
import re
from xml.etree import ElementTree

import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering import pandoc
from pipeline.rendering.manuscript import read_manuscript
from pipeline.rendering.markup import escape
from pipeline.rendering.mathml import set_formulas
from pipeline.rendering.page import render_page
from pipeline.rendering.pandoc import render_with_pandoc
from tests.support.samples import make_tiny

FIGURE = '![A curve.](../data/plot/curve.svg){#fig-a fig-alt="A curve"}\n'
NASTY = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "a | b || c",
    "$x$ and $$y$$",
    "{{< include _x.qmd >}}",
    "@fig-a, [@b] and ?@fig-a",
    "[a](javascript:alert(1)) ![b](c.png)",
    "`{python} 1 / 0`",
    "```{python}",
    "*a* _b_ **c** ~d~ ^e^ ~~f~~",
    "# Heading {#a .b}",
    "::: {.callout-note}",
    "1. one - two -- three --- four ... five",
    "'single' \"double\" \\backslash \\newline &amp; &lt;",
    "[^1] [x]{.y} https://example.org <https://example.org>",
    "+ plus",
    "| a | b |",
    "\\(x\\) \\[y\\] \\begin{x}",
    "tab\tand  spaces\r\nand lines",
    "\u2028\u202e\x00\x1b[31m",
    "naïve \N{GREEK SMALL LETTER MU} \N{MINUS SIGN}",
]


def render(root, body, **files):
    return render_with_pandoc(read_manuscript(make_tiny(root / "project", body, **files)))


def paragraphs(page):
    return [
        html.unescape(re.sub(r"<[^>]+>", "", text)).strip() for text in re.findall(r"<p>(.*?)</p>", page, re.DOTALL)
    ]


def test_escaped_text_is_read_letter_for_letter(tmp_path):
    page = render(tmp_path, "\n\n".join(f"a{escape(text)}" for text in NASTY))
    expected = ["a" + "".join(one for one in " ".join(text.split()) if one.isprintable()) for text in NASTY]
    assert paragraphs(page) == expected


def test_raw_html_in_the_source_is_shown_not_run(tmp_path):
    page = render(
        tmp_path, "A <b onclick='x()'>word</b>.\n\n<script>alert(1)</script>\n\n```{=html}\n<hr id='raw'>\n```\n"
    )
    assert "<script" not in page
    assert "<b " not in page
    assert "<hr id" not in page
    assert "&lt;script&gt;" in page


def test_what_cells_print_and_return_is_shown_where_they_say_so(tmp_path):
    page = render(
        tmp_path,
        "```{python}\nprint('printed')\n'returned'\n```\n\n"
        "```{python}\n#| echo: true\n#| output: false\nprint('silent')\n```\n\n"
        "```{python}\n#| include: false\nprint('unseen')\n```\n\n"
        "```{python}\n#| output: asis\nprint('*slanted*')\n```\n\nThe sum is `{python} 1 + 1` and `{python} 'a_b'`.\n",
    )
    assert "<code>printed</code>" in page
    assert "<em>slanted</em>" in page
    assert "The sum is 2 and a_b." in page
    assert "unseen" not in page
    assert page.count("silent") == 1


def test_captions_may_hold_computed_numbers(tmp_path):
    page = render(tmp_path, FIGURE.replace("A curve.", "Up to `{python} 40 + 2`."))
    assert re.search(r"Figure\s1:</span> Up to 42\.</figcaption>", page)


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
        ("See @fig-none.\n", "@fig-none refers to no label"),
        ("See [-@sec-none].\n", "@sec-none refers to no label"),
        ("See @sec-free.\n\n# Free {#sec-free .unnumbered}\n", "a section without a number"),
        ("See @nobody1999.\n", "nobody1999 not found"),
        ("See [@fig-a; @kingma2014].\n\n" + FIGURE, "cannot share one bracket"),
        (FIGURE + "\n" + FIGURE, "the label fig-a is given twice"),
        (FIGURE.replace("curve.svg", "none.svg"), "none.svg"),
        (FIGURE.replace("../data", "https://example.org"), "is not a file of the project"),
        ("::: {#tbl-x}\n\n| a |\n|---|\n| 1 |\n\n:::\n", "tbl-x has no caption"),
        ("$$\\nosuchmacro{x}$$\n", "nosuchmacro"),
        ("{{< include _none.qmd >}}\n", "the included file _none.qmd is missing"),
        ("```{python}\n1 / 0\n```\n", "index.qmd line 9: ZeroDivisionError"),
        ("Text `{python} 1 / 0`.\n", "index.qmd line 8: in `1 / 0`: ZeroDivisionError"),
        ("Text `{python} None`.\n", "`None` has no value"),
        (
            "```{python}\nfrom IPython.display import HTML\n\nHTML('<b>x</b>')\n```\n",
            "the cell shows text/html, text/plain",
        ),
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
        ("A value of {{< meta title >}}.\n", "unresolved shortcode"),
        ("Inline `` `{python} 1` `` and {python} 1.\n", "unresolved expression"),
        ("See [there](#nowhere).\n", "the link #nowhere has no target"),
        ("See [there](../data/x.csv).\n", "leaves the page"),
    ],
)
def test_a_page_that_pandoc_calls_a_success_is_still_checked(tmp_path, body, complaint):
    folder = make_tiny(tmp_path / "project", body)
    with pytest.raises(RenderingError) as caught:
        render_page(folder, "pandoc")
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("lang: en-GB", "", "_quarto.yml: lang: Field required"),
        ("toc-depth: 2", "toc-depth: deep", "_quarto.yml: format.html.toc-depth"),
        ("project:", "project: [", "_quarto.yml: not YAML"),
    ],
)
def test_wrong_settings_are_told(tmp_path, old, new, complaint):
    folder = make_tiny(tmp_path / "project", "Text.\n")
    settings = folder / "_quarto.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RenderingError) as caught:
        render_with_pandoc(read_manuscript(folder))
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
