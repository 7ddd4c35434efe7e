import pytest
import torch

from tests.support.made_up import make_study


@pytest.fixture(autouse=True)
def _seeded():
    """Let models that a test starts without a stream of numbers be the same in every run."""
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def study():
    """A study of small images."""
    return make_study(side=8, images=700)


@pytest.fixture(scope="session")
def wide_study():
    """The same with models that differ from another in one thing alone."""
    return make_study(models=8, side=8, images=700)
