"""Numbers of what the models draw, on arrays whose truth is known."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.sample.arrays import WAYS
from pipeline.investigations.sample.choice import test_rows as rows_of_test
from pipeline.numbers.sample import noise_numbers, path_numbers, randomness_numbers

ACTIVE, PAIRS, VOID = 5, 4000, 0.1


@pytest.fixture
def path():
    """Paths all of whose points are draws of the prior, and whose pixels have two nats more in the middle."""
    z = np.random.default_rng(0).standard_normal((len(WAYS), 3, PAIRS, ACTIVE))
    entropy = np.broadcast_to(np.array([3.0, 5.0, 3.0])[:, None], (len(WAYS), 3, PAIRS)).copy()
    return {
        "active": np.array(ACTIVE),
        "t": np.array([0, 0.5, 1]),
        "norm": np.linalg.norm(z, axis=-1),
        "entropy": entropy,
        "log_ratio": np.zeros((len(WAYS), 3, PAIRS)),
    }


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_central_shell_contains_the_given_share_of_the_prior(path, confidence):
    found = path_numbers(path, VOID, confidence)
    for way in WAYS:
        assert found[f"sample.path.{way}.inside_percent"] == pytest.approx(100 * confidence, abs=2)


def test_the_entropy_gain_is_over_the_ends_of_the_means(path):
    path["entropy"][WAYS.index("circle")] += 1
    found = path_numbers(path, VOID, 0.95)
    assert found["sample.path.means.entropy_gain"] == pytest.approx(2)
    assert found["sample.path.circle.entropy_gain"] == pytest.approx(3)
    assert found["sample.path.turned.entropy"] == pytest.approx(1)


def test_the_best_way_has_the_fewest_middles_in_voids(path):
    """Of 4,000 paths 2,000 cross a void, and half of these by the great circle; one is at the edge and not in it."""
    middle = path["log_ratio"][:, 1]
    middle[:, :2000] = math.log(VOID) - 0.01
    middle[:, 2000] = math.log(VOID)
    middle[WAYS.index("circle"), :1000] = 1.0
    middle[WAYS.index("coupled"), 0] = 1.0
    path["log_ratio"][WAYS.index("means"), 0, :10] = -9.0
    found = path_numbers(path, VOID, 0.95)
    assert [found[f"sample.path.{place}"] for place in ("best", "next")] == ["circle", "coupled"]
    assert found["sample.path.means.void_percent"] == 50
    assert found["sample.path.means.void_percent_low"] == pytest.approx(
        50 - 100 * 1.96 * 0.5 / math.sqrt(PAIRS), abs=0.01
    )
    assert found["sample.path.ends.void_percent"] == 100 * 10 / (2 * PAIRS)
    assert found["sample.path.margin"] == pytest.approx(25 - 100 / PAIRS)
    assert found["sample.path.margin_low"] > 23
    assert found["sample.path.turned.void_percent"] == pytest.approx(-25)
    middle[WAYS.index("circle"), :1000] = middle[WAYS.index("samples"), :1000]
    again = path_numbers(path, VOID, 0.95)
    assert (again["sample.path.best"], again["sample.path.margin_low"] < 0) == ("coupled", True)


def noisy(quartic, images=2000):
    """Return log p(x | z) of a quadratic with slopes of both signs, less `quartic` times the fourth power."""
    rng = np.random.default_rng(3)
    slope, curvature = rng.normal(0, 3, images), rng.gamma(4, 2, images)
    multiple = np.array([0.0, 1, 2])[:, None]
    values = -60 + slope * multiple - curvature * multiple**2 / 2 - quartic * multiple**4
    return noise_numbers({"multiples": np.array([0.0, 1, 2]), "vae.log_prob": values}, 0.95), values.mean(axis=1)


def test_a_second_step_of_noise_is_compared_with_three_first_ones_by_an_interval():
    """A quadratic's mean second step is above three times the first by chance; the interval spans zero."""
    found, (mean, one, two) = noisy(0)
    assert (one - two) > 3 * (mean - one)
    assert found["vae.sample.noise.excess"] == pytest.approx((one - two) - 3 * (mean - one))
    assert found["vae.sample.noise.excess_low"] < 0 < found["vae.sample.noise.excess_high"]
    # The step from 1 to 2 of a fourth power is 15, and that from 0 to 1 is 1.
    assert noisy(0.5)[0]["vae.sample.noise.excess"] - found["vae.sample.noise.excess"] == pytest.approx(0.5 * 12)
    assert noisy(0.5)[0]["vae.sample.noise.excess_low"] > 0
    assert noisy(-0.5)[0]["vae.sample.noise.excess_high"] < 0


def test_without_the_first_two_steps_of_noise_nothing_is_compared():
    found = noise_numbers({"multiples": np.array([0.0, 4]), "vae.log_prob": np.zeros((2, 3))}, 0.95)
    assert found == {"sample.multiples": "0 4", "vae.sample.noise.0": 0, "vae.sample.noise.4": 0}


def test_the_entropy_of_an_image_is_that_given_z_plus_the_mutual_information():
    each = {"given_z": 6.0, "log_given": -6.0, "log_below": -20.0, "log_above": -18.0}
    alone = {"pixels_alone": 24.0, "variance_given_z": 3.0, "variance_z": 1.0}
    arrays = {f"vae.{name}": np.full(4, value) for name, value in each.items()}
    found = randomness_numbers(arrays | {f"vae.{name}": np.array(value) for name, value in alone.items()}, 0.95)
    own = {key.removeprefix("vae.sample."): value for key, value in found.items()}
    assert (own["information_least"], own["information_most"]) == (12, 14)
    assert (own["whole_least"], own["whole_most"]) == (18, 20)
    assert (own["conditional_entropy_percent_least"], own["conditional_entropy_percent_most"]) == pytest.approx(
        (30, 100 / 3)
    )
    assert (own["variance_z_percent"], own["given_z_percent"]) == (25, 25)


def test_only_test_images_are_measured_and_none_twice():
    split = pd.DataFrame({"subset": np.repeat(["train", "test", "pc1-low"], 20)})
    rows = rows_of_test(split, 12, np.random.default_rng(0))
    assert len(set(rows)) == 12
    assert set(rows) < set(range(20, 40))
    assert sorted(rows_of_test(split, 100, np.random.default_rng(0))) == list(range(20, 40))
