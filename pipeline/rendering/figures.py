"""Figures inside a page, in as few bytes as a browser understands."""

import re
from base64 import b64decode
from urllib.parse import quote

PLAIN = " !$&'()*+,-./:;=?@[]^_`{|}~"
"""What a data address in double quotes may have as it is."""


def spell_out(page: str) -> str:
    """Every SVG picture as percent-encoded text in place of base64: less by a sixth, and the pictures are the same."""
    return re.sub(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", _spelt, page)


def _spelt(picture: re.Match[str]) -> str:
    text = b64decode(picture[1]).replace(b"\n", b" ")
    text = text if b"'" in text else text.replace(b'"', b"'")
    return "data:image/svg+xml," + quote(text, safe=PLAIN)
