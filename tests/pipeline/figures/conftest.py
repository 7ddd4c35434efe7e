import pytest

from pipeline.figures.atlas import draw_all
from tests.support.made_up import make_study


@pytest.fixture(scope="session")
def study():
    return make_study()


@pytest.fixture(scope="session")
def copied(study):
    """Copies of some of the study's tables, made before anything is drawn."""
    tables = study.tables
    scores = {name: table.copy() for name, table in tables.scores.items()}
    return tables.split.copy(), tables.images.binary_stochastic.copy(), scores


@pytest.fixture(scope="session")
def figures(study, copied):
    return draw_all(study.drawing(gallery=10), study.tables)
