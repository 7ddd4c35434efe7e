"""Let boxes that scroll be reached by keyboard, and name controls that have no words."""

import re

FORMULA = re.compile(r'<p>(?=(?:<span[^>]*>)?<math display="block")')
TABLE = re.compile(r'(?P<box>tabindex="0">)?(?P<space>\s*)<table(?![^>]*\btabindex=)')
TOGGLE = "a.classList.add('top-right');"
"""In Quarto's script: it makes the link that changes between the light and the dark page, which has no words."""


def make_reachable(page: str) -> str:
    """Return a page in which every formula and table that may be too wide for it can be scrolled by keyboard."""
    page = FORMULA.sub('<p role="group" aria-label="Formula" tabindex="0">', page)
    page = page.replace(TOGGLE, f"{TOGGLE} a.setAttribute('aria-label', 'Light or dark');")
    return TABLE.sub(_with_focus, page)


def _with_focus(found: re.Match[str]) -> str:
    return found[0] if found["box"] else f'{found["space"]}<table tabindex="0"'
