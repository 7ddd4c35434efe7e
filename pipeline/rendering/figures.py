"""Encode the figures inside a page in fewer bytes."""

import re
from base64 import b64decode
from urllib.parse import quote

PLAIN = " !$&'()*+,-./:;=?@[]^_`{|}~"
"""Characters that a data address in double quotes may contain unescaped."""


def spell_out(page: str) -> str:
    """Replace base64 by percent-encoded text in every SVG picture, which saves a sixth of the bytes."""
    return re.sub(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", _spelt, page)


def _spelt(picture: re.Match[str]) -> str:
    text = b64decode(picture[1]).replace(b"\n", b" ")
    text = text if b"'" in text else text.replace(b'"', b"'")
    return "data:image/svg+xml," + quote(text, safe=PLAIN)
