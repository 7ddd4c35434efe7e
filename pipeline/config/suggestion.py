"""Suggest the correct spelling of a word."""

import difflib
from collections.abc import Collection, Iterable

MOST = 10
"""Names that a message lists."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the known word that is closest to `word` as the end of a sentence, or an empty text if none is close."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def there_are(names: Collection[str]) -> str:
    """Return a clause that lists names, the first `MOST` of them if there are more."""
    shown = list(names)[:MOST]
    more = len(names) - len(shown)
    return f"there are {', '.join(shown)}" + (f" and {more} more" if more else "")
