"""Numbers of what the models draw, on arrays whose truth is known."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.investigations.sample.arrays import WAYS
from pipeline.investigations.sample.choice import test_rows as rows_of_test
from pipeline.numbers.sample import path_numbers, randomness_numbers

LATENT, PAIRS = 5, 4000


@pytest.fixture
def path():
    """Paths all of whose points are draws of the prior, and whose pixels have two nats more in the middle."""
    z = np.random.default_rng(0).standard_normal((len(WAYS), 3, PAIRS, LATENT))
    entropy = np.broadcast_to(np.array([3.0, 5.0, 3.0])[:, None], (len(WAYS), 3, PAIRS)).copy()
    return {
        "latent": np.array(LATENT),
        "t": np.array([0, 0.5, 1]),
        "norm": np.linalg.norm(z, axis=-1),
        "log_prior": -(z**2).sum(axis=-1) / 2 - LATENT / 2 * math.log(2 * math.pi),
        "entropy": entropy,
        "spread": np.full(PAIRS, 4.0),
        "disagreement": np.full(PAIRS, 0.1),
    }


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_central_shell_contains_the_given_share_of_the_prior(path, confidence):
    found = path_numbers(path, confidence)
    for way in WAYS:
        for place in ("ends", "middle"):
            assert found[f"sample.path.{way}.inside_percent_{place}"] == pytest.approx(100 * confidence, abs=2)


def test_the_entropy_gain_is_over_the_ends_of_the_means(path):
    path["entropy"][WAYS.index("samples")] += 1
    found = path_numbers(path, 0.95)
    assert found["sample.path.means.entropy_gain"] == pytest.approx(2)
    assert found["sample.path.samples.entropy_gain"] == pytest.approx(3)
    assert found["sample.path.samples-means.entropy"] == pytest.approx(1)
    expected = -LATENT / 2 * (1 + math.log(2 * math.pi)) - 5
    assert found["sample.path.means.log_joint"] == pytest.approx(expected, abs=0.1)


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
