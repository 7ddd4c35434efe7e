import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import DataError
from pipeline.rendering.excerpt import source
from pipeline.rendering.markup import Markup, escape, table
from pipeline.rendering.quotation import Quotation, format_number

MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"

quote = Quotation({"a.loss": -92.13, "a.images": 60000, "a.zero": -0.04, "label": "A | B", "odd": True, "void": None})


@pytest.mark.parametrize(
    ("number", "digits", "signed", "text"),
    [
        (-92.13, None, False, MINUS + "92.1"),
        (92.15, 2, True, "+92.15"),
        (10000, None, False, f"10{THIN}000"),
        (-1234567.891, 2, False, f"{MINUS}1{THIN}234{THIN}567.89"),
        (-0.04, 1, True, "0.0"),
        (0.0004, 3, True, "0.000"),
        (0.0006, 3, True, "+0.001"),
        (7, 2, False, "7.00"),
        (0, None, True, "0"),
    ],
)
def test_a_number_is_printed_as_a_typesetter_would(number, digits, signed, text):
    assert format_number(number, digits, signed=signed) == text


@given(number=st.floats(-1e12, 1e12), digits=st.integers(0, 6), signed=st.booleans())
def test_a_printed_number_reads_as_the_rounded_number(number, digits, signed):
    text = format_number(number, digits, signed=signed)
    assert float(text.replace(MINUS, "-").replace(THIN, "")) == float(f"{number:.{digits}f}")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(DataError, match="finite"):
        format_number(number)


def test_a_quotation_carries_its_key():
    assert str(quote.number("a.loss")) == f'[{MINUS}92.1]{{.number title="a.loss"}}'
    assert str(quote.text("label")) == r'[A \| B]{.words title="label"}'
    assert str(quote.interval("a.loss", "a.images")).count('title="a.') == 2
    assert quote.value("a.loss") == -92.13


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda: quote.number("a.los"), "no key 'a.los'; did you mean 'a.loss'?"),
        (lambda: quote.number("zzz"), "no key 'zzz'"),
        (lambda: quote.number("label"), "'A | B', not a number"),
        (lambda: quote.value("odd"), "True, not a number"),
        (lambda: quote.number("void"), "None, not a number"),
        (lambda: quote.text("a.loss"), "-92.13, not words"),
    ],
)
def test_a_wrong_key_is_named(ask, complaint):
    with pytest.raises(DataError, match=re.escape(complaint)):
        ask()


def test_columns_of_numbers_are_set_right_and_words_left():
    made = table(["Model", Markup("$d$"), "Note"], [["a|b", quote.number("a.loss"), "x"]])
    header, rule, row = str(made).splitlines()
    assert header == "| Model | $d$ | Note |"
    assert rule == "| :-- | --: | :-- |"
    assert row == rf'| a\|b | [{MINUS}92.1]{{.number title="a.loss"}} | x |'


def test_a_row_of_another_length_is_refused():
    with pytest.raises(DataError, match="2 columns has a row of 1"):
        table(["a", "b"], [["c"]])


@given(st.text())
def test_escaped_text_is_one_line_without_bare_punctuation(text):
    escaped = escape(text)
    assert "\n" not in escaped
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>|$@`*_\[\]{}#]", escaped)


CODE = '''"""A module."""

import functools


@functools.cache
def double(x: int) -> int:
    """Twice x.

    Args:
        x: a number.
    """
    return 2 * x


class Box:
    """A box."""

    size: int = 3

    def grow(self) -> int:
        """One more."""

        return self.size + 1  # noqa: X001 (why)
'''


@pytest.fixture
def project(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "code.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "lib" / "broken.py").write_text("def f(:\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("double", "@functools.cache\ndef double(x: int) -> int:\n    return 2 * x"),
        ("Box", "class Box:\n    size: int = 3\n\n    def grow(self) -> int:\n        return self.size + 1"),
        ("Box.grow", "def grow(self) -> int:\n    return self.size + 1"),
    ],
)
def test_source_is_quoted_without_docstrings_and_with_its_file(project, name, code):
    quoted = str(source(project, "lib/code.py", name))
    assert f"```python\n{code}\n```\n" in quoted
    assert "from `lib/code.py`" in quoted


@pytest.mark.parametrize(("file", "name"), [("code.py", "nothing"), ("code.py", "Box.nothing"), ("broken.py", "f")])
def test_source_that_is_not_there_is_refused(project, file, name):
    with pytest.raises(DataError, match=f"lib/{file}"):
        source(project, f"lib/{file}", name)


def test_the_code_of_this_project_can_be_quoted():
    assert "def escape(text: str)" in str(source(Path(__file__).parents[2], "pipeline/rendering/markup.py", "escape"))
