"""Parse a finished page into its elements and its visible text."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
UNREAD = frozenset({"script", "style", "annotation", "title"})
LITERAL = frozenset({"code", "pre"})


@dataclass(frozen=True)
class Element:
    """A start tag: its name, its attributes, and whether it is inside the body."""

    name: str
    attributes: dict[str, str]
    in_body: bool

    @property
    def classes(self) -> list[str]:
        """Return the classes of the element."""
        return self.attributes.get("class", "").split()


@dataclass
class Page:
    """Elements in order; text without code and quoted words; the title; the style sheets inside the page."""

    elements: list[Element] = field(default_factory=list)
    prose: str = ""
    title: str = ""
    styles: list[str] = field(default_factory=list)

    def named(self, *names: str) -> Iterator[Element]:
        """Return the elements with these names."""
        return (element for element in self.elements if element.name in names)


def read_page(text: str) -> Page:
    """Parse a page of HTML."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        in_body = any(element.name == "body" for element in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, in_body)
        self.page.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        names = [element.name for element in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        names = {element.name for element in self._open}
        if "title" in names and "svg" not in names:
            self.page.title += data
        elif "style" in names:
            self.page.styles.append(data)
        elif not names & (UNREAD | LITERAL) and not self._quoted():
            self.page.prose += data

    def _quoted(self) -> bool:
        return any({"number", "words"} & set(element.classes) for element in self._open)
