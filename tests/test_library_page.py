"""What docs/library.md says is what its code does."""

import contextlib
import io
import math
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal

from tests.support.tiny import ROOT

PAGE = (ROOT / "docs/library.md").read_text(encoding="utf-8")
ALL = re.findall(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", PAGE, re.MULTILINE | re.DOTALL)
"""Code, and what stands below it as printed."""
PEER = PAGE[: PAGE.index("## A model trained with pythae")].count("```python")
"""The number of blocks before those that need pythae, which is not among the project's requirements."""
BLOCKS, PEER_BLOCKS = ALL[:PEER], ALL[PEER:]
NUMBER = re.compile(r"-?\d+\.\d+")


@pytest.fixture(scope="module")
def run():
    """The page's blocks run in order in one fresh namespace: the namespace, and what each of them printed."""
    namespace = {"__name__": "page"}
    with contextlib.chdir(ROOT), torch.random.fork_rng():
        return namespace, execute(BLOCKS, namespace)


def execute(blocks, namespace):
    """Run blocks of code in order, and return what each of them printed."""
    printed = []
    for code, _ in blocks:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(compile(code, "docs/library.md", "exec"), namespace)
        printed.append(said.getvalue())
    return printed


def assert_alike(printed, shown):
    """Assert that two texts have the same words, and numbers that are nearly the same."""
    assert NUMBER.sub("#", printed).split() == NUMBER.sub("#", shown).split()
    found, expected = ([float(one) for one in NUMBER.findall(text)] for text in (printed, shown))
    assert np.allclose(found, expected, rtol=0.02, atol=0.02)


def grid_of_two(network, x, half_width=6.0, points=601):
    """Log p(x) of a model with two latent coordinates, by a sum over a square grid."""
    axis = torch.linspace(-half_width, half_width, points)
    z = torch.cartesian_prod(axis, axis).unsqueeze(1)
    with torch.no_grad():
        prior = network.prior.log_prob(z).double()
        joint = [network.likelihood(z).log_prob(one).double() + prior for one in x]
    return torch.cat([torch.logsumexp(one, dim=0) for one in joint]) + 2 * math.log(2 * half_width / (points - 1))


@pytest.mark.parametrize("block", range(len(BLOCKS)))
def test_a_block_prints_what_the_page_shows(run, block):
    assert_alike(run[1][block], BLOCKS[block][1])


def test_something_is_shown():
    assert sum(bool(shown) for _, shown in BLOCKS) >= 5


def test_the_linear_model_agrees_with_its_closed_form(run):
    namespace, _ = run
    weight, x = namespace["model"].weight.double(), namespace["x"].double()
    covariance = weight @ weight.T + namespace["model"].noise ** 2 * torch.eye(16, dtype=torch.float64)
    exact = MultivariateNormal(torch.zeros(16, dtype=torch.float64), covariance).log_prob(x).numpy()
    scores = namespace["scores"]
    assert len(scores) == 5
    assert (np.abs(scores["log_likelihood"] - exact) < 4 * scores["standard_error"]).all()
    assert scores["standard_error"].max() < 0.05


def test_the_network_agrees_with_a_grid(run):
    namespace, _ = run
    found = namespace["found"]
    exact = grid_of_two(namespace["network"].to("cpu"), namespace["images"]).numpy()
    z = (found["log_likelihood"] - exact) / found["standard_error"]
    assert len(found) == 20
    assert z.abs().max() < 4
    assert np.sqrt(np.mean(z**2)) < 1.6


@pytest.mark.filterwarnings("ignore")  # pythae's own
def test_a_model_of_pythae_gets_the_likelihood_that_pythae_gives_it(run, tmp_path, monkeypatch):
    pytest.importorskip("pythae", reason="NOT CHECKED: pythae is not installed")
    namespace = dict(run[0])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with contextlib.chdir(ROOT), torch.random.fork_rng():
        printed = execute(PEER_BLOCKS, namespace)
    ours, theirs = namespace["ours"]["log_likelihood"].mean(), namespace["theirs"]
    assert len(namespace["ours"]) == 20
    assert abs(ours - theirs.mean()) < 4 * math.hypot(namespace["error"], theirs.sem())
    assert namespace["error"] < 0.02
    assert theirs.sem() < 0.02
    assert_alike(printed[-1], PEER_BLOCKS[-1][1])


def test_every_column_is_explained(run):
    explained = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert set(run[0]["scores"].columns) <= explained


def test_the_readme_links_to_the_page():
    assert "](docs/library.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_linked_file_is_there():
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", PAGE)
    assert links
    assert [link for link in links if not (ROOT / "docs" / Path(link)).exists()] == []
