"""Check a finished page for faults that neither renderer reports."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from urllib.parse import unquote
from urllib.request import urlopen

from pipeline.core.errors import RenderingError
from pipeline.rendering.reader import Page, read_page

LEFT_OVER = {
    "cross-reference": r"\?@[\w-]+|[?@](?:fig|tbl|eq|sec)-[\w-]+",
    "citation": r"\[@[^\]]*\]|(?<![\w.])@\w+|\?\?\?",
    "formula": r"\$\$",
    "shortcode": r"\{\{<[^>]*>?",
    "attribute": r"\{[#.][\w-]+",
    "block": r":::+",
}
NEIGHBOUR = r"[\w-]+\.(html|pdf)(#.*)?"
"""Relative links that are allowed: to pages and PDFs in the same folder."""
BESIDE = ("explorer.html", "report.pdf")
"""What else the study puts into the folder of the pages."""
SHOWN = 5


def check(text: str, name: str = "index") -> None:
    """Check that a finished page is complete and self-contained.

    The page must have a title, a language and a table of contents. Every reference, citation and formula must be
    resolved; every image must be inside the page and have a description; every link must lead to exactly one target
    in the page, to the web, or to a file in the same folder. Nothing may be loaded when the page is opened.

    Args:
        text: the page.
        name: of the page, for the message.

    Raises:
        RenderingError: the page breaks one of these rules; the message lists which.
    """
    page = read_page(text)
    rules = (_frame, _left_over, _formulas, _citations, _images, _resources, _handlers, _styles, _links, _ids)
    problems = list(dict.fromkeys(problem for rule in rules for problem in rule(page)))
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        listed = "; ".join(problems[:SHOWN]) + more
        raise RenderingError(f"{name}.html is not complete: {listed}; correct the report's source")


def check_together(pages: Mapping[str, str]) -> None:
    """Check that every link to a file beside a page leads to one that is made, and in a page to a target there.

    Args:
        pages: all pages, by name; a page `index` is the file `index.html`.

    Raises:
        RenderingError: a link leads nowhere.
    """
    read = {f"{name}.html": read_page(text) for name, text in pages.items()}
    for name, page in read.items():
        for link in page.named("a"):
            address = link.attributes.get("href", "")
            file, _, target = address.partition("#")
            if re.fullmatch(NEIGHBOUR, address) and file not in (*read, *BESIDE):
                raise RenderingError(f"{name}: the link {address} leads to no page; correct the report's source")
            if file in read and target and unquote(target) not in _all_ids(read[file]):
                raise RenderingError(f"{name}: the link {file}#{target} has no target; correct the report's source")


def _frame(page: Page) -> Iterator[str]:
    if not page.title.strip():
        yield "it has no title"
    if not any(html.attributes.get("lang") for html in page.named("html")):
        yield "it has no language (lang)"
    if not any(element.attributes.get("id", "").startswith("toc-") for element in page.named("a")):
        yield "it has no table of contents"


def _left_over(page: Page) -> Iterator[str]:
    for kind, pattern in LEFT_OVER.items():
        for found in re.finditer(pattern, page.prose):
            yield f"unresolved {kind} {found[0]}"


def _formulas(page: Page) -> Iterator[str]:
    for element in page.elements:
        if element.name != "math" and "math" in element.classes:
            yield "a formula is not MathML"


def _citations(page: Page) -> Iterator[str]:
    ids = _all_ids(page)
    for element in page.elements:
        for key in element.attributes.get("data-cites", "").split():
            if f"ref-{key}" not in ids:
                yield f"unknown citation @{key}"


def _images(page: Page) -> Iterator[str]:
    for image in page.named("img"):
        name = _shorten(image.attributes.get("src", "nowhere"))
        description = image.attributes.get("alt", "")
        if not description.strip():
            yield f"the image from {name} has no description (fig-alt)"
        elif re.search(r"\{[.#]|\{python\}", description):
            yield f"a description has unresolved markup: {_shorten(description)}"


def _resources(page: Page) -> Iterator[str]:
    for element in page.elements:
        sources = ["src", "srcset", "poster", "data", "xlink:href", "action"]
        for name in sources if element.name == "a" else [*sources, "href"]:
            address = element.attributes.get(name, "#")
            if not address.startswith(("data:", "#")):
                yield f"<{element.name}> loads {_shorten(address) or 'an empty address'}"


def _handlers(page: Page) -> Iterator[str]:
    for element in page.elements:
        for name in element.attributes:
            if element.in_body and name.startswith("on"):
                yield f"<{element.name}> runs code ({name})"


def _styles(page: Page) -> Iterator[str]:
    sheets = [*page.styles, *(element.attributes.get("style", "") for element in page.elements)]
    sheets += [_decode(link.attributes["href"]) for link in page.named("link") if _is_style(link.attributes)]
    for sheet in sheets:
        for found in re.finditer(r"@import[^;]*|url\(\s*[\"']?(?!data:|#|[\"'\s])[^)]*", sheet):
            yield f"a style sheet loads {_shorten(found[0])}"


def _links(page: Page) -> Iterator[str]:
    ids = _all_ids(page)
    for link in page.named("a"):
        address = link.attributes.get("href", "")
        if address.startswith("#"):
            if len(address) > 1 and unquote(address[1:]) not in ids:
                yield f"the link {address} has no target"
        elif (
            address
            and not address.startswith(("https://", "http://", "mailto:"))
            and not re.fullmatch(NEIGHBOUR, address)
        ):
            yield f"the link {_shorten(address)} leaves the page"


def _ids(page: Page) -> Iterator[str]:
    counts = Counter(
        element.attributes["id"] for element in page.elements if element.in_body and "id" in element.attributes
    )
    for name, count in counts.items():
        if count > 1:
            yield f"{count} elements have the id {name}"


def _all_ids(page: Page) -> set[str]:
    return {element.attributes.get("id", "") for element in page.elements}


def _is_style(attributes: dict[str, str]) -> bool:
    return attributes.get("href", "").startswith("data:text/css")


def _decode(address: str) -> str:
    with urlopen(address) as sheet:
        return str(sheet.read().decode("utf-8", "replace"))


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."
