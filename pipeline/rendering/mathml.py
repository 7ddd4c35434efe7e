"""Improve the spacing of the MathML that Pandoc writes."""

import re

WORD = r'<mi mathvariant="normal">[a-z]{2,}</mi>'
SCRIPTED = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
"""Elements whose first child bears scripts."""

# The name of a function, but not where it bears a script, as in `log²`: with | for a space and without attributes,
# `<mi>E</mi><mi>log</mi><mi>p</mi>` to `<mi>E</mi><mrow>|<mi>log</mi>|</mrow><mi>p</mi>`.
FUNCTION = re.compile(
    r"(?P<before></m(?!o>)\w+>)?"  # what is not an operator gets a space after it: `E log p`, but `= log p`
    + "".join(f"(?<!<{tag}>)" for tag in SCRIPTED)
    + rf"(?P<name><mrow>{WORD}<mo>\u2061</mo></mrow>|{WORD})"  # U+2061 applies a function and is not seen
    r"(?=<m(?!o\b))"  # an operator follows without a space: `log(x)`
)
# A formula and the punctuation after it: `<math>…</math>,` to `<span class="unbroken"><math>…</math>,</span>`.
WITH_PUNCTUATION = re.compile(r'(<math display="inline"(?:(?!</math>).)*</math>)([,.;:!?)\]]+)', re.DOTALL)
SPACE = '<mspace width="0.167em"></mspace>'


def set_formulas(page: str) -> str:
    """Add space around names of functions, as TeX does in `E log p(x)`, and keep punctuation on the formula's line.

    A browser may break a line between a formula and the punctuation after it; a span around both prevents that.
    """
    return WITH_PUNCTUATION.sub(r'<span class="unbroken">\1\2</span>', FUNCTION.sub(_set_off, page))


def _set_off(found: re.Match[str]) -> str:
    before = found["before"] or ""
    return f"{before}<mrow>{SPACE if before else ''}{found['name']}{SPACE}</mrow>"
