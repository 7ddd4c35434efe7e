import numpy as np
import pytest

from pipeline.core.errors import DataError
from pipeline.core.rng import stream
from pipeline.core.storage import read_arrays, write_arrays
from pipeline.data.images import binarise, binarise_fast, freeze, read_images, write_images


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (20, 9), dtype=np.uint8)
    return freeze(grey, rng.integers(0, 10, 20, dtype=np.uint8), stream(0, "binarise"))


@pytest.fixture
def path(tmp_path, images):
    write_images(tmp_path / "images.npz", images)
    return tmp_path / "images.npz"


def test_images_come_back_as_they_were(path, images):
    read = read_images(path)
    for name, array in vars(images).items():
        assert (getattr(read, name) == array).all()
        assert getattr(read, name).dtype == array.dtype


def test_the_same_images_give_the_same_bytes(path, images, tmp_path):
    write_images(tmp_path / "again.npz", images)
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("draw", [binarise, binarise_fast])
def test_a_pixel_is_one_with_its_grey_level_as_probability(draw):
    grey = np.tile(np.arange(256, dtype=np.uint8), (10_001, 1))
    ones = draw(grey, np.random.default_rng(0)).mean(axis=0)
    wanted = np.arange(256) / 255
    error = np.sqrt(wanted * (1 - wanted) / len(grey))
    assert ones[[0, 255]].tolist() == [0, 1]
    assert np.abs(ones - wanted)[1:255].max() < 4.5 * error.max()
    assert (ones - wanted).mean() == pytest.approx(0, abs=4 * np.sqrt((error**2).mean() / 256))


def test_any_number_of_pixels_can_be_drawn():
    for shape in ((1, 1), (3, 5), (2, 8)):
        drawn = binarise_fast(np.full(shape, 255, np.uint8), np.random.default_rng(0))
        assert drawn.dtype == np.uint8
        assert drawn.tolist() == np.ones(shape).tolist()


@pytest.mark.parametrize("name", ["grey", "binary_stochastic", "binary_threshold", "label", "id"])
def test_a_missing_array_is_named(path, name):
    arrays = read_arrays(path)
    del arrays[name]
    write_arrays(path, arrays)
    with pytest.raises(DataError, match=rf"images\.npz: array {name} is missing; remake it with `dvc repro split`"):
        read_images(path)


@pytest.mark.parametrize("name", ["grey", "binary_stochastic", "binary_threshold", "label", "id"])
@pytest.mark.parametrize("change", [lambda array: array[:-1], lambda array: array[0], lambda array: array[:0]])
def test_an_array_of_another_shape_is_refused(path, name, change):
    arrays = read_arrays(path)
    write_arrays(path, arrays | {name: np.asarray(change(arrays[name]), dtype=arrays[name].dtype)})
    with pytest.raises(DataError, match=r"images\.npz: array \w+ has the shape \("):
        read_images(path)


@pytest.mark.parametrize("name", ["grey", "binary_stochastic", "binary_threshold", "label", "id"])
def test_an_array_of_another_type_is_refused(path, name):
    arrays = read_arrays(path)
    write_arrays(path, arrays | {name: arrays[name].astype(np.int64)})
    with pytest.raises(DataError, match=rf"images\.npz: array {name} is int64, not u?int"):
        read_images(path)


@pytest.mark.parametrize("name", ["binary_stochastic", "binary_threshold"])
def test_a_binary_image_is_of_zeros_and_ones(path, name):
    arrays = read_arrays(path)
    arrays[name][3, 4] = 2
    write_arrays(path, arrays)
    with pytest.raises(DataError, match="a binary pixel is neither 0 nor 1"):
        read_images(path)


def test_a_pixel_is_rounded_up_from_above_one_half():
    found = freeze(np.array([[0, 127, 128, 255]], np.uint8), np.zeros(1, np.uint8), stream(0, "binarise"))
    assert found.binary("threshold").tolist() == [[0, 0, 1, 1]]


def test_coins_fall_as_often_as_the_grey_level_says():
    grey = np.tile(np.array([0, 1, 51, 254, 255], np.uint8), (100_000, 1))
    found = freeze(grey, np.zeros(len(grey), np.uint8), stream(0, "binarise")).binary("stochastic").mean(axis=0)
    assert found[[0, -1]].tolist() == [0, 1]
    assert found == pytest.approx(grey[0] / 255, abs=0.006)
    assert 0.003 < found[1] < 0.005


def test_ids_count_the_images(images):
    assert images.id.tolist() == list(range(20))
