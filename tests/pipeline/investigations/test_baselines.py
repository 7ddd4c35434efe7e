"""Models without a latent space are distributions, fitted by counting."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.decompose.baselines import baselines, independent_pixels, independent_pixels_by_class

EVERY = np.array([*product((0, 1), repeat=4)], np.uint8)
"""Every image of four pixels."""


@pytest.fixture
def known():
    """Return images of four pixels and their labels; pixel 0 is the label, and pixel 3 is never on."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 50)
    x = np.column_stack([label, rng.integers(0, 2, (50, 2)), np.zeros(50)]).astype(np.uint8)
    return x, label


def test_probabilities_of_all_images_add_up_to_one(known):
    x, label = known
    assert np.exp(independent_pixels(x, EVERY)).sum() == pytest.approx(1)
    assert np.exp(independent_pixels_by_class(x, label, EVERY)).sum() == pytest.approx(1)


def test_a_pixel_has_the_share_of_images_in_which_it_is_on():
    x = np.array([[1], [1], [1], [0]], np.uint8)
    assert independent_pixels(x, np.array([[1], [0]], np.uint8)) == pytest.approx(np.log([4 / 6, 2 / 6]))


def test_given_the_class_pixels_that_go_together_cost_less():
    """Two pixels that are always alike are two coins without the class, and hardly one with it."""
    label = np.repeat([3, 8], 500)
    x = np.column_stack([label == 8, label == 8]).astype(np.uint8)
    assert independent_pixels(x, x).mean() == pytest.approx(2 * np.log(0.5), abs=0.01)
    assert independent_pixels_by_class(x, label, x).mean() == pytest.approx(np.log(0.5), abs=0.01)


def test_only_training_images_are_counted_and_only_test_images_scored(known):
    x, label = known
    split = pd.DataFrame(
        {"id": range(50), "label": label, "subset": ["train"] * 30 + ["validation"] * 10 + ["test"] * 10}
    )
    found = baselines(x, split)
    own = found[found["baseline"] == "independent-pixels"]
    assert own["id"].tolist() == [*range(40, 50)]
    assert own["log_likelihood"].to_numpy() == pytest.approx(independent_pixels(x[:30], x[40:]))
