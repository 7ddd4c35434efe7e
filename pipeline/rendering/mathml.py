"""Formulas as Pandoc writes them, with the one space that it leaves out."""

import re

WORD = r'<mi mathvariant="normal">[a-z]{2,}</mi>'
FUNCTION = re.compile(
    r"(?<!sub>)(?<!sup>)(?<!der>)(?<!ver>)(<mrow>" + WORD + r"<mo>\u2061</mo></mrow>|" + WORD + r")(?=<m(?!o\b))"
)


def space_functions(page: str) -> str:
    """Put a thin space between the name of a function and an argument without brackets, as TeX does in `log p(x)`."""
    return FUNCTION.sub(r'<mrow>\1<mspace width="0.167em"></mspace></mrow>', page)
