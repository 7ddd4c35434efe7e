import pytest

from stages.shared.layout import Layout
from tests.support.browser import browser
from tests.support.tiny import copy_to_publish, finished, once, project, run_stage, scored_alone

__all__ = ["browser", "finished", "once", "project", "run_stage", "scored_alone"]


@pytest.fixture
def publication(finished, once, run_stage):
    """The finished tiny project, published, which all tests share and none may change."""

    def make(folder):
        copy_to_publish(finished, folder)
        assert run_stage(folder, "commands.publish") == (0, "")

    return Layout(once("published", make)[0])
