import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering.document import Cell, Inline, load_document


@pytest.fixture
def load(tmp_path):
    def write_and_load(index, **files):
        for name, text in {"index": index, **files}.items():
            (tmp_path / f"{name}.qmd").write_bytes(text.encode("utf-8"))
        return load_document(tmp_path / "index.qmd")

    return write_and_load


def prose(document):
    return "".join(part for part in document.parts if isinstance(part, str))


def test_front_matter_prose_cells_and_expressions_are_told_apart(load):
    document = load(
        "---\ntitle: T\n---\n\nBefore `{python} 1 + 1` after.\n\n"
        "```{python}\n#| label: tbl-a\n#| tbl-cap: A table\nx = 1\n\ny = 2\n```\n"
    )
    inline, cell = document.cells
    assert document.metadata == {"title": "T"}
    assert prose(document) == "\nBefore  after.\n\n"
    assert inline == Inline("1 + 1", "index.qmd", 5)
    assert isinstance(cell, Cell)
    assert (cell.source, cell.line) == ("x = 1\n\ny = 2", 10)
    assert (cell.options.label, cell.options.caption) == ("tbl-a", "A table")


@pytest.mark.parametrize(
    "block",
    ["```python\n`{python} 1`\n```", "~~~\n`{python} 1`\n```{python}\n~~~", "````md\n```{python}\n1\n```\n````"],
)
def test_a_block_of_code_is_left_alone(load, block):
    document = load(f"Text.\n\n{block}\n\nMore.\n")
    assert document.cells == []
    assert prose(document) == f"Text.\n\n{block}\n\nMore.\n"


def test_included_files_stand_where_they_are_included(load):
    document = load(
        "First\n\n{{< include _a.qmd >}}\n\nLast\n", _a="A\n\n{{< include _b.qmd >}}\n", _b="B `{python} b`\n"
    )
    assert prose(document).split() == ["First", "A", "B", "Last"]
    assert document.cells == [Inline("b", "_b.qmd", 1)]


def test_an_include_inside_a_block_of_code_is_code(load):
    assert "include" in prose(load("```\n{{< include _none.qmd >}}\n```\n"))


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(load):
    text = "---\ntitle: T\n---\n\nA `{python} 1` b.\n\n```{python}\n#| echo: false\nx\n```\n"
    assert load("\ufeff" + text.replace("\n", "\r\n")) == load(text)


@pytest.mark.parametrize(
    ("index", "complaint"),
    [
        ("{{< include _none.qmd >}}\n", "index.qmd line 1: the included file _none.qmd"),
        ("{{< include index.qmd >}}\n", "index.qmd: includes itself"),
        ("Text\n\n```{python}\nx\n", "index.qmd: a code block is not closed"),
        ("---\ntitle: T\n", "front matter is not closed"),
        ("---\ntitle: [\n---\n", "index.qmd front matter: not YAML"),
        ("---\n- a\n---\n", "index.qmd front matter: not a mapping"),
        ("\n```{python}\n#| ehco: false\nx\n```\n", "index.qmd line 2: cell option ehco"),
        ("```{python}\n#| echo: perhaps\nx\n```\n", "index.qmd line 1: cell option echo"),
        ("```{python}\n#| label: x\n#| tbl-cap: X\nx\n```\n", "cell option label"),
        ("```{python}\n#| label: tbl-x\nx\n```\n", "label and tbl-cap belong together"),
        ('```{python}\n#| label: tbl-x\n#| tbl-cap: "`{python} n`"\nx\n```\n', "an expression in tbl-cap"),
    ],
)
def test_a_fault_is_told_with_its_place(load, index, complaint):
    with pytest.raises(RenderingError) as caught:
        load(index)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
