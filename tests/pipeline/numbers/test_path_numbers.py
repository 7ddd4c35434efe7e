"""Numbers of paths between images, on points whose truth is known."""

import math

import numpy as np
import pytest

from pipeline.investigations.diagnose.encodings import Encodings
from pipeline.investigations.diagnose.paths import paths
from pipeline.investigations.diagnose.ways import WAYS
from pipeline.numbers.paths import difference_paired, path_numbers

UNITS, PAIRS, VOID = 5, 4000, 0.1


def arrays_of(z):
    """Return the arrays of paths with these points, none of them in a void, with two nats more in the middle."""
    entropy = np.broadcast_to(np.array([3.0, 5.0, 3.0])[:, None], z.shape[:3]).copy()
    return {
        "path_units": np.array(z.shape[-1]),
        "path_t": np.array([0, 0.5, 1]),
        "path_norm": np.linalg.norm(z, axis=-1),
        "path_entropy": entropy,
        "path_log_ratio": np.zeros(z.shape[:3]),
    }


@pytest.fixture
def path():
    """Paths all of whose points are draws of the prior."""
    return arrays_of(np.random.default_rng(0).standard_normal((len(WAYS), 3, PAIRS, UNITS)))


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_central_shell_contains_the_given_share_of_the_prior(path, confidence):
    found = path_numbers(path, VOID, confidence)
    for way in WAYS:
        assert found[f"path.{way}.inside_percent"] == pytest.approx(100 * confidence, abs=2)


def test_between_draws_of_the_prior_a_straight_line_leaves_the_shell_and_a_great_circle_stays():
    """The middle of a straight line has half the squared length of its ends, and that of a great circle all of it."""
    prior = Encodings(np.zeros((PAIRS, 20)), np.ones((PAIRS, 20)))
    found = path_numbers(arrays_of(paths(prior, prior, np.ones(20, np.bool_), 3, np.random.default_rng(0))), VOID, 0.95)
    assert found["path.samples.inside_percent"] < 60
    assert found["path.circle.inside_percent"] > 95


def test_the_entropy_gain_is_over_the_ends_of_the_means(path):
    path["path_entropy"][WAYS.index("circle")] += 1
    found = path_numbers(path, VOID, 0.95)
    assert found["path.means.entropy_gain.value"] == pytest.approx(2)
    assert found["path.circle.entropy_gain.value"] == pytest.approx(3)


def test_the_best_way_has_the_fewest_middles_in_voids(path):
    """Of 4,000 paths 2,000 cross a void, and half of these by the great circle; one is at the edge and not in it."""
    middle = path["path_log_ratio"][:, 1]
    middle[:, :2000] = math.log(VOID) - 0.01
    middle[:, 2000] = math.log(VOID)
    middle[WAYS.index("circle"), :1000] = 1.0
    middle[WAYS.index("coupled"), 0] = 1.0
    found = path_numbers(path, VOID, 0.95)
    assert [found[f"path.{place}"] for place in ("best", "next")] == [
        "great circle",
        "interpolated distribution with one noise",
    ]
    assert found["path.means.void_percent.value"] == 50
    assert found["path.means.void_percent.low"] == pytest.approx(50 - 100 * 1.96 * 0.5 / math.sqrt(PAIRS), abs=0.01)
    assert found["path.margin.value"] == pytest.approx(25 - 100 / PAIRS)
    assert found["path.margin.low"] > 23
    assert found["path.turned.void_percent.value"] == pytest.approx(-25)
    middle[WAYS.index("circle"), :1000] = middle[WAYS.index("samples"), :1000]
    again = path_numbers(path, VOID, 0.95)
    assert (again["path.best"], again["path.margin.low"] < 0) == ("interpolated distribution with one noise", True)


def test_shares_that_never_differed_are_not_known_to_be_equal():
    """Of 300 pairs, 3 in 300 could differ and not show in one study in twenty: the rule of three."""
    nowhere = np.zeros(300, np.bool_)
    found = difference_paired(nowhere, nowhere, 0.95)
    assert found.value == 0
    assert 0.3 < 100 * found.high == -100 * found.low < 3


@pytest.mark.parametrize(
    ("only_a", "only_b", "n"), [(0.01, 0.005, 300), (0.02, 0.002, 500), (0.1, 0.1, 40), (0.3, 0.1, 100)]
)
def test_paired_intervals_hold_the_difference_as_often_as_they_say(only_a, only_b, n):
    rng = np.random.default_rng(0)
    held = []
    for _ in range(2000):
        cell = rng.choice(3, n, p=[only_a, only_b, 1 - only_a - only_b])
        found = difference_paired(cell == 0, cell == 1, 0.95)
        held.append(found.low <= only_a - only_b <= found.high)
    assert 0.93 < np.mean(held) < 0.995
