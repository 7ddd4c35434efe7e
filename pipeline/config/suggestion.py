"""Parts of messages: the correct spelling of a word, the names there are, and a value, shortened."""

import difflib
import json
from collections.abc import Collection, Iterable

MOST = 10
"""Names that a message lists."""
LONGEST = 60
"""Characters of a value that a message shows."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the known word that is closest to `word` as the end of a sentence, or an empty text if none is close."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def there_are(names: Collection[str]) -> str:
    """Return a clause that lists names, the first `MOST` of them if there are more."""
    shown = list(names)[:MOST]
    more = len(names) - len(shown)
    return f"there are {', '.join(shown)}" + (f" and {more} more" if more else "")


def shorten(value: object) -> str:
    """Return a value as JSON, without its end if it is long."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
