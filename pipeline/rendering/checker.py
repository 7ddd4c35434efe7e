"""Whether a finished page is whole: both renderers call a page with holes a success."""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote
from urllib.request import urlopen

from pipeline.core.errors import RenderingError
from pipeline.rendering.reader import Page, read_page

LEFT_OVER = {
    "cross-reference": r"\?@[\w-]+|[?@](?:fig|tbl|eq|sec)-[\w-]+",
    "citation": r"\[@[^\]]*\]|(?<![\w.])@\w+|\?\?\?",
    "formula": r"\$\$",
    "expression": r"`?\{python\}",
    "shortcode": r"\{\{<[^>]*>?",
    "attribute": r"\{[#.][\w-]+",
    "block": r":::+",
}
NEIGHBOUR = r"[\w-]+\.(html|pdf)"
"""What may stand beside the page, wherever it is put."""
SHOWN = 5


def check(text: str) -> None:
    """Look at a finished page for everything that a renderer passes over in silence.

    The page must have a title, a language and a table of contents; every reference, citation and
    formula must be resolved, every image be inside the page and have a description, every link
    inside the page lead to its one target and every other one to the web or to a page beside this one;
    and nothing may be fetched when the page is opened.

    Raises:
        RenderingError: something of this is not so; the message lists what.
    """
    page = read_page(text)
    rules = (_frame, _left_over, _formulas, _citations, _images, _resources, _handlers, _styles, _links, _ids)
    problems = list(dict.fromkeys(problem for rule in rules for problem in rule(page)))
    if problems:
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise RenderingError(f"the page is not whole: {'; '.join(problems[:SHOWN])}{more}; mend the report's source")


def _frame(page: Page) -> Iterator[str]:
    if not page.title.strip():
        yield "it has no title"
    if not any(html.attributes.get("lang") for html in page.named("html")):
        yield "it does not say its language"
    if not any(element.attributes.get("id", "").startswith("toc-") for element in page.named("a")):
        yield "it has no table of contents"


def _left_over(page: Page) -> Iterator[str]:
    for kind, pattern in LEFT_OVER.items():
        for found in re.finditer(pattern, page.prose):
            yield f"unresolved {kind} {found[0]}"


def _formulas(page: Page) -> Iterator[str]:
    for element in page.elements:
        if element.name != "math" and "math" in element.classes:
            yield "a formula is not set as MathML"


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
            yield f"a description holds unresolved markup: {_shorten(description)}"


def _resources(page: Page) -> Iterator[str]:
    for element in page.elements:
        sources = ["src", "srcset", "poster", "data", "xlink:href", "action"]
        for name in sources if element.name == "a" else [*sources, "href"]:
            address = element.attributes.get(name, "#")
            if not address.startswith(("data:", "#")):
                yield f"<{element.name}> fetches {_shorten(address) or 'nothing'}"


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
            yield f"a style sheet fetches {_shorten(found[0])}"


def _links(page: Page) -> Iterator[str]:
    ids = _all_ids(page)
    for link in page.named("a"):
        address = link.attributes.get("href", "")
        if address.startswith("#"):
            if len(address) > 1 and unquote(address[1:]) not in ids:
                yield f"the link {address} leads nowhere"
        elif (
            address
            and not address.startswith(("https://", "http://", "mailto:"))
            and not re.fullmatch(NEIGHBOUR, address)
        ):
            yield f"the link {_shorten(address)} leads out of the page"


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
