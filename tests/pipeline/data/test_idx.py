from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.core.errors import DataError, StorageError
from pipeline.data.idx import FILES, TEST, TRAIN, decode, encode, parse, read
from tests.support.datasets import make_files

PATH = Path("folder/some-file")
IMAGES = np.arange(2 * 3 * 5, dtype=np.uint8).reshape(2, 3, 5)
HEADER = bytes.fromhex("00000803 00000002 00000003 00000005")

arrays = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, max_side=6))


def test_a_file_is_magic_number_sizes_and_entries():
    assert encode(IMAGES) == HEADER + bytes(range(30))


@given(arrays)
def test_decoding_undoes_encoding(array):
    decoded = decode(encode(array), array.ndim, PATH)
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, array)


@given(st.binary(max_size=64) | st.builds(lambda tail: HEADER + tail, st.binary(min_size=20, max_size=40)))
def test_any_bytes_are_an_array_that_encodes_to_them_or_a_data_error(content):
    for axes in (1, 3):
        try:
            again = encode(decode(content, axes, PATH))
        except DataError:
            again = content
        assert again == content


@given(arrays, st.data())
def test_no_shortened_or_lengthened_file_is_read(array, data):
    content = encode(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    tail = data.draw(st.binary(min_size=1, max_size=9))
    for damaged in (content[:cut], content + tail):
        with pytest.raises(DataError, match="some-file"):
            decode(damaged, array.ndim, PATH)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "begins with nothing", id="nothing"),
        pytest.param(bytes.fromhex("00000801") + HEADER[4:] + bytes(30), "begins with 00 00 08 01", id="labels"),
        pytest.param(bytes.fromhex("00000d03") + HEADER[4:] + bytes(30), "begins with 00 00 0d 03", id="floats"),
        pytest.param(HEADER[:15], "ends within its header, after 15 of 16 bytes", id="cut header"),
        pytest.param(HEADER + bytes(29), "has 29 bytes after its header, instead of 2 x 3 x 5", id="cut"),
        pytest.param(HEADER + bytes(31), "has 31 bytes", id="trailing byte"),
        pytest.param(bytes.fromhex("00000803 00000000 00000003 00000005"), "its sizes are 0 x 3 x 5", id="no images"),
        pytest.param(bytes.fromhex("00000803 ffffffff ffffffff ffffffff") + bytes(9), "has 9 bytes", id="endless"),
    ],
)
def test_the_message_names_the_file_and_its_fault(content, told):
    with pytest.raises(DataError, match=f"^folder/some-file: .*{told}"):
        decode(content, 3, PATH)


def test_a_data_set_is_read_from_its_folder(tmp_path):
    files = make_files(train=30, test=12)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    train, test = read(tmp_path)
    assert (train.images.shape, test.images.shape) == ((30, 5, 4), (12, 5, 4))
    for names, part in ((TRAIN, train), (TEST, test)):
        assert tuple(map(encode, part)) == tuple(files[name] for name in names)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path, name):
    for other, content in make_files().items():
        (tmp_path / other).write_bytes(content)
    (tmp_path / name).unlink()
    with pytest.raises(StorageError, match=name):
        read(tmp_path)


def labels(*values: int) -> bytes:
    return encode(np.array(values, dtype=np.uint8))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param(TRAIN[1], labels(*[9] * 29, 10), "train-labels.*label 10 in row 29", id="label 10"),
        pytest.param(TEST[1], labels(*[255] * 12), "t10k-labels.*label 255 in row 0", id="label 255"),
        pytest.param(TRAIN[1], labels(*[3] * 29), "train-labels.*29 labels for 30 images", id="label missing"),
        pytest.param(
            TEST[0], encode(np.zeros((11, 5, 4), np.uint8)), "t10k-labels.*12 labels for 11 images", id="image missing"
        ),
        pytest.param(
            TEST[0],
            encode(np.zeros((12, 4, 5), np.uint8)),
            "t10k-images.*4 x 5 pixels, the training images 5 x 4",
            id="other size",
        ),
        pytest.param(TRAIN[0], labels(*[3] * 30), "train-images.*begins with 00 00 08 01", id="labels for images"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(name, content, told):
    with pytest.raises(DataError, match=told):
        parse(make_files() | {name: content}, Path("made-up"))
