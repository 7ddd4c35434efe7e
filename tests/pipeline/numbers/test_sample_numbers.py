"""Numbers of what the models draw, on arrays whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.sample.choice import test_rows as rows_of_test
from pipeline.numbers.sample import noise_numbers, randomness_numbers


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
