import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering.checker import check, check_together

IMAGE = '<img src="data:image/svg+xml,x" alt="A line">'
WHOLE = f"""<!DOCTYPE html>
<html lang="en"><head><title>T</title><style>p {{ color: red }}</style></head>
<body><nav id="TOC"><a id="toc-a" href="#a">A</a></nav><main>
<h1 id="a">A</h1><p>Text with an address, x@example.org, and <code>$$ {{python}} ::: @fig-x</code>.
<a href="https://example.org">A link</a>, <span class="number" data-key="k">@fig-x $$ ???</span>
<span data-cites="b">B</span></p>{IMAGE}<p id="ref-b">B</p></main></body></html>"""


def spoil(old, new):
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def append(more):
    return spoil("</main>", more + "</main>")


def test_a_whole_page_passes():
    check(WHOLE)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (spoil("<title>T</title>", ""), "no title"),
        (spoil("<title>T</title>", "<title> </title>"), "no title"),
        (spoil(' lang="en"', ""), "language"),
        (spoil('<a id="toc-a" href="#a">A</a>', ""), "no table of contents"),
        (append("<p>See <strong>?@fig-x</strong>.</p>"), "unresolved cross-reference ?@fig-x"),
        (append("<p>See ?tbl-x.</p>"), "unresolved cross-reference ?tbl-x"),
        (append("<p>See @sec-x.</p>"), "unresolved cross-reference @sec-x"),
        (append("<p>See [@somebody2020].</p>"), "unresolved citation [@somebody2020]"),
        (append("<p>See @somebody2020.</p>"), "unresolved citation @somebody2020"),
        (append("<p>(<strong>???</strong>)</p>"), "unresolved citation ???"),
        (append('<span data-cites="b c">B</span>'), "unknown citation @c"),
        (append("<p>$$ x $$</p>"), "unresolved formula"),
        (append('<span class="math inline">x</span>'), "formula is not MathML"),
        (append("<p>{{&lt; meta x &gt;}}</p>"), "unresolved shortcode"),
        (append("<p>a = b {#eq-x}</p>"), "unresolved attribute {#eq-x"),
        (append("<p>::: callout</p>"), "unresolved block"),
        (spoil(' alt="A line"', ""), "no description"),
        (spoil('alt="A line"', 'alt=" "'), "no description"),
        (spoil('alt="A line"', 'alt="[3]{.number}"'), "description has unresolved markup"),
        (spoil('src="data:image/svg+xml,x"', 'src="../data/plot/x.svg"'), "<img> loads ../data/plot/x.svg"),
        (spoil('src="data:image/svg+xml,x"', 'src="https://example.org/x.svg"'), "<img> loads https"),
        (spoil('src="data:image/svg+xml,x"', 'src=""'), "<img> loads an empty address"),
        (append('<img srcset="x.png 2x" src="data:," alt="x">'), "<img> loads x.png"),
        (append('<script src="https://example.org/x.js"></script>'), "<script> loads"),
        (spoil("<style>", '<link rel="stylesheet" href="x.css"><style>'), "<link> loads x.css"),
        (append('<iframe src="https://example.org"></iframe>'), "<iframe> loads"),
        (append('<svg><image xlink:href="x.png"/></svg>'), "<image> loads x.png"),
        (append('<p onclick="go()">x</p>'), "<p> runs code"),
        (spoil("color: red", "background: url(x.png)"), "style sheet loads url(x.png"),
        (spoil("p {", "@import 'https://example.org/x.css'; p {"), "style sheet loads @import"),
        (append("<p style=\"background: url('x.png')\">x</p>"), "style sheet loads"),
        (
            spoil("<style>", '<link href="data:text/css,p{background:url(http%3A//example.org/x)}"><style>'),
            "style sheet loads url(http://example.org/x",
        ),
        (append('<a href="#nowhere">x</a>'), "the link #nowhere has no target"),
        (append('<a href="javascript:alert(1)">x</a>'), "leaves the page"),
        (append('<a href="../data/x.csv">x</a>'), "leaves the page"),
        (append('<a href="//example.org/x.html">x</a>'), "leaves the page"),
        (append('<p id="a">x</p>'), "2 elements have the id a"),
    ],
)
def test_every_hole_is_told(text, complaint):
    with pytest.raises(RenderingError) as caught:
        check(text)
    assert complaint in str(caught.value)


def test_many_holes_are_told_in_one_line():
    with pytest.raises(RenderingError) as caught:
        check(append("".join(f'<a href="#{name}">x</a>' for name in "bcdefghi")))
    assert "#b" in str(caught.value)
    assert "and 3 more" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_message_names_the_page():
    with pytest.raises(RenderingError, match=r"^dips\.html is not complete: it has no language"):
        check(spoil(' lang="en"', ""), "dips")


@pytest.mark.parametrize("link", ["other.html", "other.html#b", "report.pdf", "explorer.html", "#a"])
def test_links_to_pages_and_to_places_that_are_there_pass(link):
    check_together({"index": append(f'<a href="{link}">x</a>'), "other": append('<p id="b">x</p>')})


@pytest.mark.parametrize("link", ["other.html#c", "other.html#%63", "index.html#b"])
def test_a_link_to_no_place_of_another_page_is_told(link):
    with pytest.raises(RenderingError) as caught:
        check_together({"index": append(f'<a href="{link}">x</a>'), "other": append('<p id="b">x</p>')})
    assert str(caught.value) == f"index.html: the link {link} has no target; correct the report's source"


@pytest.mark.parametrize("link", ["others.html", "others.html#b", "explore.html#view=a", "reports.pdf"])
def test_a_link_to_a_page_that_is_not_made_is_told(link):
    with pytest.raises(RenderingError) as caught:
        check_together({"index": append(f'<a href="{link}">x</a>'), "other": append('<p id="b">x</p>')})
    assert str(caught.value) == f"index.html: the link {link} leads to no page; correct the report's source"


def test_the_pages_of_both_renderers_are_whole(pages):
    for name, page in pages.items():
        check(page, name)
        assert len(page) > 10_000
    check_together(pages)
