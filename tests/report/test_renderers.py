import os
import subprocess

import pytest

from pipeline.core.errors import ParameterError, RenderingError, StudyError
from pipeline.rendering import quarto
from pipeline.rendering.page import choose, render_pages, sign
from pipeline.rendering.quarto import Quarto, render_with_quarto
from tests.support.samples import ROOT, make_tiny


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a program named quarto, which is a few lines of shell, on the path."""

    def write(script):
        program = tmp_path / "programs" / "quarto"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
        return program

    return write


@pytest.fixture
def no_quarto(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))


def test_a_quarto_that_is_new_enough_is_taken(install):
    program = install("echo 1.4.549")
    assert choose("") == choose("quarto") == Quarto(program, "1.4.549")
    assert choose("pandoc") is None


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo 1.3.450", "Quarto 1.3.450 is too old; install Quarto 1.4 or later, or set RENDERER=pandoc"),
        ("echo 0.9", "Quarto 0.9 is too old"),
        ("echo lost its way >&2; exit 1", "does not report its version (lost its way)"),
        ("echo soon", "does not report its version (soon)"),
        ("sleep 600", "quarto was stopped after 0.5 s"),
    ],
)
def test_a_quarto_that_is_no_use_is_refused_by_name_and_else_passed_over(install, monkeypatch, script, complaint):
    if script == "sleep 600":
        monkeypatch.setattr(quarto, "VERSION_TIMEOUT", 0.5)
    install(script)
    assert choose("") is None
    with pytest.raises(RenderingError) as caught:
        choose("quarto")
    assert complaint in str(caught.value)


@pytest.mark.usefixtures("no_quarto")
def test_a_missing_quarto_is_refused_by_name_and_else_passed_over():
    assert choose("") is None
    with pytest.raises(RenderingError, match=r"quarto is not on the PATH; install Quarto 1\.4"):
        choose("quarto")


def test_an_unknown_renderer_is_refused():
    with pytest.raises(ParameterError, match="RENDERER=latex: unknown; set it to quarto or pandoc, or unset it"):
        choose("latex")


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("sleep 600", "quarto was stopped after 2 s"),
        ("echo out of order >&2; exit 1", "Quarto: out of order; correct the report's source, or set RENDERER=pandoc"),
        ("printf 'ERROR: wrong\\nat place\\n' >&2; exit 1", "Quarto: wrong"),
        ("echo '[WARNING] Citeproc: citation x not found' >&2", "Citeproc: citation x not found"),
        (
            "echo 'WARNING (/a/b.lua:1) Unable to resolve crossref @fig-x' >&2",
            "WARNING Unable to resolve crossref @fig-x",
        ),
        ("mkdir _page; echo '<p>x</p>' > _page/index.html", "a page without a <main>"),
        ("mkdir _page; echo '<main>x</main>' > _page/index.html", "index.html is not complete: it has no title"),
        ("true", "index.html"),
    ],
)
def test_a_rendering_by_quarto_that_goes_wrong_makes_no_page(install, tmp_path, monkeypatch, script, complaint):
    monkeypatch.setattr(quarto, "TIMEOUT", 2)
    install(f'if [ "$1" = --version ]; then echo 1.5.57; exit; fi\n{script}')
    folder = make_tiny(tmp_path / "project", "Text.\n")
    with pytest.raises(StudyError) as caught:
        render_pages(folder, ("index",), "quarto")
    assert complaint in str(caught.value)


def test_quarto_works_on_a_copy_beside_the_folders_neighbours(install, tmp_path):
    install('echo litter > "$2/index.quarto_ipynb"; mkdir _page; cat ../data/summarise/numbers.json > _page/index.html')
    folder = make_tiny(tmp_path / "project", "Text.\n")
    before = sorted(folder.iterdir())
    pages = render_with_quarto(Quarto(tmp_path / "programs" / "quarto", "1.5"), folder, ("index",))
    assert "vae-20.test.log_likelihood" in pages["index"]
    assert sorted(folder.iterdir()) == before


def test_a_page_is_signed_inside_its_main_part():
    assert (
        sign("<main>x</main><p>", "Pandoc 3")
        == '<main>x<footer class="renderer">Rendered with Pandoc 3</footer>\n</main><p>'
    )


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("Text {{< nn loss >}}.\n", "Shortcode 'nn' not found"),
        ("See @fig-none.\n", "@fig-none"),
        ("![A](../data/plot/none.svg){#fig-a fig-alt='A'}\n", "none.svg"),
        ("![](../data/plot/curve.svg){#fig-a}\n", "no description"),
    ],
)
def test_real_quarto_makes_no_page_with_a_hole(needs_quarto, tmp_path, body, complaint):
    folder = make_tiny(tmp_path / "project", body)
    with pytest.raises(RenderingError) as caught:
        render_pages(folder, ("index",), "quarto")
    assert complaint in str(caught.value)


def test_real_quarto_called_in_the_folder_leaves_nothing_that_git_would_add(needs_quarto, tmp_path):
    root = make_tiny(tmp_path / "project", "Text.\n").parent
    (root / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    for words in (["init", "-q"], ["add", "--force", "."]):
        subprocess.run(["git", *words], cwd=root, check=True)
    before = subprocess.run(["git", "status", "--porcelain"], cwd=root, check=True, capture_output=True).stdout
    subprocess.run(["quarto", "render", "report", "--to", "html"], cwd=root, check=True, capture_output=True)
    assert (root / "report/.gitignore").exists()
    assert subprocess.run(["git", "status", "--porcelain"], cwd=root, check=True, capture_output=True).stdout == before
