"""Numbers of what the models draw, on arrays whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.sample.choice import test_rows as rows_of_test
from pipeline.numbers.sample import noise_numbers, randomness_numbers, style_numbers


def test_the_cost_of_noise_is_the_mean_over_images_at_each_multiple():
    values = np.array([[-60.0, -62.0], [-70.0, -75.0]])
    found = noise_numbers({"multiples": np.array([0.0, 0.5]), "vae.log_prob": values})
    assert found == {"sample.multiples": "0 0.5", "vae.sample.noise.0": -61, "vae.sample.noise.0.5": -72.5}


def test_the_entropy_of_an_image_is_that_given_z_plus_the_mutual_information():
    each = {"given_z": 6.0, "log_given": -6.0, "log_below": -20.0, "log_above": -18.0}
    alone = {"variance_given_z": 3.0, "variance_z": 1.0}
    arrays = {f"vae.{name}": np.full(4, value) for name, value in each.items()}
    found = randomness_numbers(arrays | {f"vae.{name}": np.array(value) for name, value in alone.items()})
    own = {key.removeprefix("vae.sample."): value for key, value in found.items()}
    assert (own["given_z"], own["information_least"], own["information_most"]) == (6, 12, 14)
    assert own["conditional_entropy_percent_least"] == pytest.approx(100 * 6 / (6 + 14))
    assert own["variance_z_percent"] == 25


def test_the_parts_of_the_variance_of_styles_are_percent_of_their_sum():
    arrays = {"vae.variance": np.array([6.0, 3.0, 1.0]), "vae.slant": np.eye(3), "vae.ink": np.eye(3)}
    found = style_numbers(arrays)
    shares = [found[f"vae.styles.{part}_percent"] for part in ("label", "style", "both")]
    assert shares == pytest.approx([60, 30, 10])


def test_only_test_images_are_measured_and_none_twice():
    split = pd.DataFrame({"subset": np.repeat(["train", "test", "pc1-low"], 20)})
    rows = rows_of_test(split, 12, np.random.default_rng(0))
    assert len(set(rows)) == 12
    assert set(rows) < set(range(20, 40))
    assert sorted(rows_of_test(split, 100, np.random.default_rng(0))) == list(range(20, 40))
