"""Code that the report shows: without docstrings, with the name of its file."""

import pytest

from pipeline.core.errors import DataError
from pipeline.numbers.excerpt import LISTINGS, source
from tests.support.studies import ROOT, sources

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
    quoted = source(project, "lib/code.py", name)
    assert f"```python\n{code}\n```\n" in quoted
    assert "from `lib/code.py`" in quoted


@pytest.mark.parametrize(("file", "name"), [("code.py", "nothing"), ("code.py", "Box.nothing"), ("broken.py", "f")])
def test_source_that_is_not_there_is_refused(project, file, name):
    with pytest.raises(DataError, match=f"lib/{file}"):
        source(project, f"lib/{file}", name)


@pytest.mark.parametrize("name", LISTINGS)
def test_every_listing_is_code_of_this_project_without_docstrings(name):
    file, definition = LISTINGS[name]
    quoted = source(ROOT, file, definition)
    code = quoted.partition("```python\n")[2].partition("\n```")[0]
    assert definition in code.partition("\n")[0] + code
    assert '"""' not in code
    assert "noqa" not in code
    assert len(code.splitlines()) >= 2
    compile(code, file, "exec")


def test_every_listing_is_shown_and_every_shown_one_is_there():
    pages = "".join(sources().values())
    shown = {name for name in LISTINGS if f"tables/code-{name}.md >}}}}" in pages}
    assert shown == set(LISTINGS)
    assert pages.count("tables/code-") == len(LISTINGS)
