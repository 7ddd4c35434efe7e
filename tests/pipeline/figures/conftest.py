import pytest

from pipeline.figures.atlas import draw_all
from tests.support.made_up import make_study
from tests.support.studies import drawn_study
from tests.support.tiny import once

__all__ = ["drawn_study", "once"]


@pytest.fixture(scope="session")
def study():
    return make_study()


@pytest.fixture(scope="session")
def figures(study):
    return draw_all(study.drawing(gallery=10), study.tables)
