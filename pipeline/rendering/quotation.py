"""Quote numbers and words of the study on the page by key."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.errors import DataError
from pipeline.rendering.markup import Markup, escape

MINUS = "\N{MINUS SIGN}"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"

Number = int | float


@dataclass(frozen=True)
class Quotation:
    """Quotes from a flat mapping of keys to numbers and words, such as `{"vae-20.test.log_likelihood": -92.13}`.

    Every quoted number becomes `[−92.1]{.number title="vae-20.test.log_likelihood"}`, which both renderers turn into
    a span with that class and title, so that pointing at a number on the page shows its key.
    """

    numbers: Mapping[str, object]

    def number(self, key: str, digits: int | None = None, *, signed: bool = False) -> Markup:
        """Return a number as text, with a minus sign (not a hyphen) and thin spaces between thousands.

        Args:
            key: of the number.
            digits: decimals; by default none for an integer and one for any other number.
            signed: print a plus sign before a positive number.

        Raises:
            DataError: no number has this key.
        """
        return self._span(key, "number", format_number(self.value(key), digits, signed=signed))

    def interval(self, low: str, high: str, digits: int | None = None, *, signed: bool = False) -> Markup:
        """Return an interval as text without a line break, such as `91.9 to 92.4`.

        Raises:
            DataError: no number has one of these keys.
        """
        ends = (self.number(key, digits, signed=signed) for key in (low, high))
        return Markup(f"{NO_BREAK}to{NO_BREAK}".join(map(str, ends)))

    def text(self, key: str) -> Markup:
        """Return words escaped, so that they are shown literally.

        Raises:
            DataError: no words have this key.
        """
        words = self._find(key)
        if not isinstance(words, str):
            raise DataError(f"numbers.json: {key} is {words!r}, not words; quote it with number()")
        return self._span(key, "words", escape(words))

    def value(self, key: str) -> Number:
        """Return the number itself, for a sentence that depends on it.

        Raises:
            DataError: no number has this key.
        """
        number = self._find(key)
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise DataError(f"numbers.json: {key} is {number!r}, not a number; quote it with text()")
        return number

    def _find(self, key: str) -> object:
        if key not in self.numbers:
            close = difflib.get_close_matches(key, list(self.numbers), n=1)
            hint = f"did you mean {close[0]!r}?" if close else "see data/summarise/numbers.json"
            raise DataError(f"numbers.json: no key {key!r}; {hint}")
        return self.numbers[key]

    def _span(self, key: str, kind: str, text: str) -> Markup:
        name = _escape_attribute(key)
        return Markup(f'[{text}]{{.{kind} title="{name}"}}')


def format_number(number: Number, digits: int | None = None, *, signed: bool = False) -> str:
    """Return a number as text, with a minus sign (not a hyphen) and narrow no-break spaces; zero has no sign.

    Raises:
        DataError: the number is not finite.
    """
    if not math.isfinite(number):
        raise DataError(f"{number} is not a finite number and cannot be quoted; correct the stage that wrote it")
    if digits is None:
        digits = 0 if isinstance(number, int) else 1
    size = f"{abs(number):,.{digits}f}"
    negligible = not any(digit in size for digit in "123456789")
    sign = "" if negligible else MINUS if number < 0 else "+" if signed else ""
    return sign + size.replace(",", THIN_SPACE)


def _escape_attribute(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
