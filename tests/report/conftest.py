import pytest

from pipeline.core.errors import RenderingError
from pipeline.rendering.page import render_page
from pipeline.rendering.quarto import find_quarto
from tests.support.browser import browser
from tests.support.samples import make_sample
from tests.support.studies import drawn_study, made_numbers, made_page, made_report, made_text, study_report
from tests.support.tiny import once

__all__ = ["browser", "drawn_study", "made_numbers", "made_page", "made_report", "made_text", "once", "study_report"]


@pytest.fixture(scope="session")
def pandoc_page(tmp_path_factory):
    root = make_sample(tmp_path_factory.mktemp("pandoc") / "project")
    return render_page(root / "report", "pandoc")


@pytest.fixture(scope="session")
def quarto_page(tmp_path_factory):
    try:
        find_quarto()
    except RenderingError as error:
        pytest.skip(f"NOT CHECKED WITH QUARTO: {error}")
    root = make_sample(tmp_path_factory.mktemp("quarto") / "project")
    return render_page(root / "report", "quarto")


@pytest.fixture(params=["pandoc", "quarto"])
def page(request):
    return request.getfixturevalue(f"{request.param}_page")
