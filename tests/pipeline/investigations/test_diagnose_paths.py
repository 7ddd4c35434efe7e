"""Paths between images through latent spaces, whose lengths and spreads are known."""

from functools import partial

import numpy as np
import pytest
import torch

import pipeline.investigations.diagnose.paths as measuring
from pipeline.core.rng import stream
from pipeline.investigations.diagnose.encodings import Encodings
from pipeline.investigations.diagnose.paths import great_circle, interpolated, join, paths
from pipeline.investigations.diagnose.space import examine
from pipeline.investigations.diagnose.ways import WAYS
from pipeline.investigations.pixels import entropy, probabilities
from pipeline.numbers.paths import path_numbers
from tests.support.densities import every_image, small_vae
from tests.support.parameters import PARAMS

CPU = torch.device("cpu")
EVERY = np.ones(4, dtype=np.bool_)
TIMES = np.linspace(0, 1, 9)


@pytest.fixture
def ends():
    numbers = np.random.default_rng(0).random((4, 3, 4))
    return Encodings(numbers[0], numbers[1]), Encodings(3 + numbers[2], 1 + numbers[3])


def distance(one, other):
    return np.sqrt(((one.mean - other.mean) ** 2 + (one.deviation - other.deviation) ** 2).sum(axis=-1))


def by_way(first, last, used, points):
    return dict(zip(WAYS, paths(first, last, used, points, np.random.default_rng(1)), strict=True))


def test_the_ends_of_an_interpolated_distribution_are_the_ends(ends):
    for t, end in zip((0.0, 1.0), ends, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(interpolated(*ends, t), end, strict=True))


def test_it_goes_along_the_wasserstein_geodesic(ends):
    first, last = ends
    for t in (0.25, 0.5, 0.9):
        between = interpolated(first, last, t)
        assert distance(first, between) == pytest.approx(t * distance(first, last))
        assert distance(between, last) == pytest.approx((1 - t) * distance(first, last))


def test_each_way_has_the_spread_of_its_formula():
    one = Encodings(np.zeros((1, 20_000)), np.ones((1, 20_000)))
    spread = {way: z.var(axis=-1)[:, 0] for way, z in by_way(one, one, np.ones(20_000, np.bool_), 3).items()}
    assert spread["means"].tolist() == [0, 0, 0]
    assert spread["samples"] == pytest.approx([1, 0.5, 1], abs=0.05)
    for way in ("distribution", "coupled", "circle"):
        assert spread[way] == pytest.approx([1, 1, 1], abs=0.05)


def test_paths_begin_and_end_at_the_means_and_are_straight(ends):
    z = by_way(*ends, EVERY, 5)
    assert np.array_equal(z["means"][[0, -1]], [end.mean for end in ends])
    for way in ("means", "samples", "coupled"):
        assert z[way][2] == pytest.approx((z[way][0] + z[way][-1]) / 2)
    assert z["distribution"][2] != pytest.approx((z["distribution"][0] + z["distribution"][-1]) / 2)


def test_every_way_leads_from_the_first_posterior_to_the_last(ends):
    z = paths(*ends, EVERY, 3, np.random.default_rng(1))
    for place, end in zip((0, -1), ends, strict=True):
        away = np.abs(z[:, place] - end.mean) / end.deviation
        assert away.max() < 4
        assert (away[1:].max(axis=(1, 2)) > 0.5).all()


def test_a_great_circle_keeps_length_and_speed_and_stays_in_the_plane_of_its_ends():
    first, last = (np.random.default_rng(seed).normal(size=(50, 6)) for seed in (0, 1))
    z = np.stack([great_circle(first, last, t) for t in TIMES])
    assert z[0] == pytest.approx(first)
    assert z[-1] == pytest.approx(last)
    lengths = np.linalg.norm(z, axis=-1)
    assert lengths == pytest.approx(lengths[0] + TIMES[:, None] * (lengths[-1] - lengths[0]))
    u = z / lengths[..., None]
    turned = np.arccos((u[1:] * u[:-1]).sum(axis=-1))
    assert turned == pytest.approx(np.repeat(turned[:1], 8, axis=0))
    plane = np.stack([first, last], axis=-1)
    assert (plane @ np.linalg.pinv(plane) @ z[4][..., None])[..., 0] == pytest.approx(z[4])


def test_on_a_line_through_the_origin_the_great_circle_is_that_line():
    first, last = np.array([[1.0, 2], [1, 2]]), np.array([[2.0, 4], [-1, -2]])
    assert great_circle(first, last, 0.5) == pytest.approx(np.array([[1.5, 3], [0, 0]]))


def test_the_great_circle_turns_in_the_units_in_use_and_the_others_go_straight(ends):
    used = np.array([True, False, True, False])
    z = by_way(*ends, used, 3)
    assert np.array_equal(z["circle"][..., ~used], z["samples"][..., ~used])
    lengths = np.linalg.norm(z["circle"][..., used], axis=-1)
    assert lengths[1] == pytest.approx((lengths[0] + lengths[2]) / 2)
    assert (np.linalg.norm(z["samples"][1][..., used], axis=-1) < lengths[1]).all()


def joined(model, x, pairs=200, points=3):
    """Return the arrays of paths between these images, as numbers and figures read them, and the latent space."""
    quick = PARAMS.diagnose.model_copy(update={"networks": 2, "hidden": 8, "steps": 4})
    space = examine(model, x, x, quick, partial(stream, 0), CPU)
    found = join(model, space, x, pairs, points, np.random.default_rng(2), CPU)
    return {f"path_{name}": values for name, values in found.items()}, space


def test_noise_in_units_that_the_decoder_ignores_is_no_length():
    """In 18 of 20 units the posterior is the prior: between means they are zero, and the shell of 20 is missed."""
    model = small_vae(latent_dim=20)
    with torch.no_grad():
        model.encoder[-1].weight[:2] *= 4
        for rows in (slice(2, 20), slice(22, 40)):
            model.encoder[-1].weight[rows] = 0
            model.encoder[-1].bias[rows] = 0
    arrays, _ = joined(model, every_image(10)[::2])
    found = path_numbers(arrays, 0.1, 0.95)
    assert found["path.units"] == 2
    whole = path_numbers(arrays | {"path_units": np.array(20)}, 0.1, 0.95)
    assert found["path.means.inside_percent"] > 70
    assert whole["path.means.inside_percent"] < 20
    assert found["path.circle.inside_percent"] > 70


def test_what_is_measured_along_paths_is_that_of_their_points(monkeypatch):
    model, x, seen = small_vae(), every_image(10)[::2], []
    monkeypatch.setattr(measuring, "paths", lambda *given: seen.append((given, paths(*given))) or seen[0][1])
    arrays, space = joined(model, x, pairs=50, points=5)
    ((first, last, *_), z) = seen[0]
    rows = [int(np.flatnonzero((space.unseen.mean == mean).all(axis=1))[0]) for mean in (*first.mean, *last.mean)]
    assert len(set(rows)) == 100
    assert arrays["path_norm"] == pytest.approx(np.linalg.norm(z, axis=-1))
    assert arrays["path_log_ratio"] == pytest.approx(space.log_ratio(z))
    decoded = torch.from_numpy(z).float()
    assert arrays["path_entropy"] == pytest.approx(entropy(model, decoded), rel=1e-5)
    images = probabilities(model, decoded)
    apart = [max(np.abs(a[:, pair] - b[:, pair]).mean() for a in images for b in images) for pair in range(50)]
    shown = int(np.argmax(apart))
    assert arrays["path_probabilities"] == pytest.approx(images[:, :, shown], rel=1e-5)
    assert np.array_equal(arrays["path_original"], x[[rows[shown], rows[50 + shown]]])
