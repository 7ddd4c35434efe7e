import dataclasses
from types import SimpleNamespace

import pytest

from pipeline.download.catalogue import CATALOGUE
from pipeline.explorer.page import explorer_page
from pipeline.explorer.study import pack
from pipeline.explorer.views import views_of
from tests.support.browser import browser
from tests.support.made_up import make_study
from tests.support.parameters import PARAMS

__all__ = ["browser"]

WALL = 20
RECONSTRUCTED = ("id", "multiples", "probabilities")


@pytest.fixture(scope="session")
def explorer(tmp_path_factory):
    """A made-up study in the explorer: its tables, and the page as a file."""
    study = make_study(models=6)
    scores = {name: study.tables.scores[name] for name in study.models}
    tables = dataclasses.replace(study.tables, scores=scores)
    drawn = tables.samples["reconstructions"]
    samples = {f"{PARAMS.roles.middle}.reconstructions.{name}": drawn[name] for name in RECONSTRUCTED}
    packed = pack(tables.images, tables.split, scores, study.models, samples)
    views = views_of(PARAMS.roles, PARAMS.compare.joint_errors, scores)
    page = explorer_page(packed, CATALOGUE["mnist"], study.pair, WALL, views=views, confidence=0.95)
    path = tmp_path_factory.mktemp("explorer") / "explorer.html"
    path.write_text(page, encoding="utf-8")
    return SimpleNamespace(
        study=study, tables=tables, packed=packed, page=page, path=path, samples=samples, views=views
    )
