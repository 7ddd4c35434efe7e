import numpy as np
import pytest

from pipeline.core.rng import stream


def draw(*names):
    return stream(*names).random(4).tolist()


def test_a_name_has_its_numbers():
    assert draw(0, "train", "vae-20", 17) == draw(0, "train", "vae-20", 17)


@pytest.mark.parametrize(
    "other",
    [
        (1, "train", "vae-20", 17),
        (0, "train", "vae-20", 18),
        (0, "train", "vae-20", "17"),
        (0, "train", "vae-20"),
        (0, "score", "vae-20", 17),
        (0, "trainvae-20", 17),
        (0, "train", "vae-201", 7),
        (0, 17, "vae-20", "train"),
    ],
)
def test_another_name_has_other_numbers(other):
    assert draw(*other) != draw(0, "train", "vae-20", 17)


def test_numbers_do_not_move_with_the_versions_of_the_libraries():
    assert stream(0, "train", "vae-20").integers(2**32, size=3).tolist() == [1535933966, 2408111079, 61032651]


def test_streams_are_uniform_and_independent():
    uniform = np.array([stream(0, "image", number).random(50) for number in range(2000)])
    assert abs(uniform.mean() - 1 / 2) < 5 * np.sqrt(1 / 12 / uniform.size)
    correlation = np.corrcoef(uniform[::2].ravel(), uniform[1::2].ravel())[0, 1]
    assert abs(correlation) < 5 / np.sqrt(uniform.size / 2)
