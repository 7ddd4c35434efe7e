import shutil

import pytest

from pipeline.core.errors import RenderingError
from pipeline.core.storage import write_bytes, write_text
from pipeline.rendering.page import render_pages
from pipeline.rendering.pdf import render_pdf
from pipeline.rendering.quarto import find_quarto
from stages.shared.layout import PAGES, Layout
from tests.support.browser import browser
from tests.support.samples import make_sample
from tests.support.studies import drawn_study, made_layout, made_numbers, study_pages
from tests.support.tiny import once

__all__ = ["browser", "drawn_study", "made_layout", "made_numbers", "once", "study_pages"]


@pytest.fixture(scope="session")
def needs_quarto():
    try:
        find_quarto()
    except RenderingError as error:
        pytest.skip(f"NOT CHECKED WITH QUARTO: {error}")


@pytest.fixture(scope="session")
def sample_pages(once):
    """Return the pages of the sample, rendered once by a renderer."""

    def sample_pages(renderer):
        def make(root):
            layout = Layout(make_sample(root))
            for name, page in render_pages(layout.report, PAGES, renderer).items():
                write_text(layout.page(name), page)

        layout = Layout(once(f"sample by {renderer}", make)[0])
        return {name: layout.page(name).read_text(encoding="utf-8") for name in PAGES}

    return sample_pages


@pytest.fixture(scope="session")
def sample_pdf(once):
    """Return the sample project's folder and its PDF, made once."""

    def make(root):
        layout = Layout(make_sample(root))
        write_bytes(layout.pdf, render_pdf(layout.report, [f"{name}.qmd" for name in PAGES]))

    layout = Layout(once("pdf of the sample", make)[0])
    return layout.root, layout.pdf.read_bytes()


@pytest.fixture(params=["pandoc", "quarto"])
def renderer(request):
    if request.param == "quarto":
        request.getfixturevalue("needs_quarto")
    return request.param


@pytest.fixture
def pages(renderer, sample_pages):
    """Return the pages of the sample by each renderer."""
    return sample_pages(renderer)


@pytest.fixture
def copied(tmp_path):
    """Copy a project without the pages that were made of it."""

    def copied(root):
        return shutil.copytree(root, tmp_path / "copy", symlinks=True, ignore=shutil.ignore_patterns("_output"))

    return copied
