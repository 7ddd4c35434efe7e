import os
import resource
import stat

import numpy as np
import pytest

from pipeline.core.errors import DataError, StorageError
from pipeline.core.storage import read_arrays, read_json, read_text, write_arrays, write_bytes, write_json, write_text


def test_what_is_written_is_read(tmp_path):
    write_text(tmp_path / "new" / "folder" / "a.txt", "zwölf\n")
    write_json(tmp_path / "a.json", {"b": [1, 2.5], "a": "ß"})
    assert read_text(tmp_path / "new" / "folder" / "a.txt") == "zwölf\n"
    assert read_json(tmp_path / "a.json") == {"a": "ß", "b": [1, 2.5]}


def test_json_is_sorted_so_that_its_bytes_repeat(tmp_path):
    write_json(tmp_path / "1.json", {"b": 1, "a": 2})
    write_json(tmp_path / "2.json", {"a": 2, "b": 1})
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes()


def test_arrays_come_back_and_repeat_their_bytes(tmp_path):
    arrays = {"x": np.arange(12, dtype=np.uint8).reshape(3, 4), "y": np.array([0.5, np.pi])}
    for name in ("1.npz", "2.npz"):
        write_arrays(tmp_path / name, arrays)
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    read = read_arrays(tmp_path / "1.npz")
    assert list(read) == list(arrays)
    assert all((read[name] == arrays[name]).all() and read[name].dtype == arrays[name].dtype for name in arrays)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_not_written(tmp_path, number):
    write_json(tmp_path / "a.json", {"a": 1})
    with pytest.raises(DataError, match=r"a\.json: not written, a number in it is not finite"):
        write_json(tmp_path / "a.json", {"a": {"b": number}})
    assert read_json(tmp_path / "a.json") == {"a": 1}


def test_a_file_has_the_rights_that_the_user_gives_new_files(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "a.txt", "")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


def test_a_full_disk_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.bin"
    write_bytes(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StorageError, match=r"cannot write .*a\.bin: File too large; make room"):
            write_bytes(path, b"x" * 1001)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path):
    write_text(tmp_path / "data", "")
    with pytest.raises(StorageError, match=r"cannot write .*data/a\.txt: .*give access"):
        write_text(tmp_path / "data" / "a.txt", "")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(StorageError, match=r"cannot read .*a\.txt: No such file"):
        read_text(tmp_path / "a.txt")


def test_text_that_is_not_utf8_is_told(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"ab\xff")
    with pytest.raises(DataError, match=r"a\.txt: byte 2 is not UTF-8"):
        read_text(tmp_path / "a.txt")


@pytest.mark.parametrize("text", ["", "{", "[1]", "{'a': 1}"])
def test_what_is_no_json_mapping_is_told(tmp_path, text):
    write_text(tmp_path / "a.json", text)
    with pytest.raises(DataError, match=r"a\.json: .*remake it with `dvc repro`"):
        read_json(tmp_path / "a.json")


def test_an_array_file_cut_anywhere_is_told(tmp_path):
    path = tmp_path / "a.npz"
    write_arrays(path, {"x": np.arange(50), "y": np.zeros(3)})
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="not a whole npz file"):
            read_arrays(path)


def test_an_array_file_with_wrong_bytes_is_told_or_reads_as_it_was(tmp_path):
    path, rng = tmp_path / "a.npz", np.random.default_rng(0)
    arrays = {"x": np.arange(50), "y": np.zeros(3)}
    write_arrays(path, arrays)
    whole = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    for _ in range(300):
        spoilt = whole.copy()
        spoilt[rng.integers(len(whole), size=3)] = rng.integers(256, size=3)
        path.write_bytes(spoilt.tobytes())
        try:
            read = read_arrays(path)
        except DataError:
            continue
        assert all((read[name] == arrays[name]).all() for name in read if name in arrays)


@pytest.mark.parametrize("content", [np.array([{"a": 1}], dtype=object), np.arange(3)])
def test_pickles_and_bare_arrays_are_refused(tmp_path, content):
    path = tmp_path / "a.npz"
    with path.open("wb") as stream:
        (np.savez if content.dtype == object else np.save)(stream, content)
    with pytest.raises(DataError, match="not a whole npz file"):
        read_arrays(path)
