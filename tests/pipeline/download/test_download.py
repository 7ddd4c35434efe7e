import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from pipeline.core.errors import DataError, ParameterError
from pipeline.core.rng import stream
from pipeline.data.idx import FILES, encode, parse
from pipeline.download.catalogue import CATALOGUE, LARGEST, DataSet, Source, find, sources
from pipeline.download.dataset import collect, obtain
from pipeline.download.digits import draw_stratified
from pipeline.download.mirrors import Mirror, choose_mirrors, fetch
from tests.support.datasets import allow, list_sources, make_files, pack
from tests.support.servers import content, redirect, serve

FOLDER = os.environ.get("DATASET_MIRROR", "")
MADE_UP = make_files()
SOURCES = list_sources(MADE_UP)
IMAGES = SOURCES[0]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    return folder


def packed(files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name}.gz": pack(body) for name, body in files.items()}


def ask(source: Source, *mirrors: Mirror, told: list[str] | None = None) -> bytes:
    return fetch(source, mirrors, allow(), (told if told is not None else []).append)


TORCHVISION = {
    "mnist": torchvision.datasets.MNIST,
    "fashion-mnist": torchvision.datasets.FashionMNIST,
    "kmnist": torchvision.datasets.KMNIST,
}


@pytest.mark.parametrize("dataset", TORCHVISION)
def test_the_catalogue_has_the_files_and_checksums_of_torchvision_in_their_order(dataset):
    found = [(f"{source.name}.gz", source.md5) for source in sources(dataset)]
    assert sorted(found) == sorted(TORCHVISION[dataset].resources)
    assert [source.name for source in sources(dataset)] == list(FILES)


@pytest.mark.parametrize("dataset", [name for name, entry in CATALOGUE.items() if entry.classes])
def test_classes_have_the_names_that_torchvision_gives_them(dataset):
    assert CATALOGUE[dataset].classes == tuple(TORCHVISION[dataset].classes)


def test_no_two_files_of_the_catalogue_have_the_same_checksum():
    found = [source for name in CATALOGUE if name != "digits" for source in sources(name)]
    assert len({source.md5 for source in found}) == len(found) >= 12
    known = [source.sha256 for source in found if source.sha256]
    assert len(set(known)) == len(known) >= 8


MD5 = {name: f"{place:032x}" for place, name in enumerate(FILES)}
new_entry = partial(DataSet, "Made up")


def test_a_data_set_that_torchvision_does_not_know_is_one_entry_with_its_checksums(monkeypatch):
    monkeypatch.setitem(CATALOGUE, "made-up", new_entry(md5=MD5, sha256={FILES[0]: "a" * 64}))
    assert [(source.name, source.md5) for source in sources("made-up")] == list(MD5.items())
    assert [source.sha256 for source in sources("made-up")] == ["a" * 64, None, None, None]


@pytest.mark.parametrize(
    "entry",
    [
        new_entry(),
        new_entry(md5=dict(list(MD5.items())[:3])),
        new_entry(md5=MD5, sha256={"train-images": "a" * 64}),
        new_entry(torchvision="EMnist"),
        new_entry(torchvision="EMNIST"),
        new_entry(torchvision="CIFAR10"),
    ],
)
def test_an_entry_without_the_checksums_of_the_four_files_is_refused(entry, monkeypatch):
    monkeypatch.setitem(CATALOGUE, "made-up", entry)
    with pytest.raises(ParameterError, match="the entry of made-up needs the MD5s of train-images-idx3-ubyte, "):
        obtain("made-up", allow(), None, stream(0), print)


def test_a_data_set_that_the_catalogue_lacks_is_refused_with_the_closest_name():
    with pytest.raises(ParameterError, match=r"'mnits' is not in .*catalogue\.py; did you mean 'mnist'\?; there"):
        find("mnits")
    with pytest.raises(ParameterError, match="'emnist-letters' is not in"):
        obtain("emnist-letters", allow(), None, stream(0), print)


@pytest.mark.parametrize("form", [packed, dict], ids=["packed", "unpacked"])
@pytest.mark.parametrize("kind", ["http", "file", "folder"])
def test_a_mirror_delivers_the_data_set(tmp_path, kind, form):
    files = form(MADE_UP)
    folder = fill(tmp_path / "my müröör", files)
    with serve({f"/base/{name}": content(body) for name, body in files.items()}) as server:
        address = {"http": f"{server.url}/base/", "file": folder.as_uri(), "folder": str(folder)}[kind]
        assert collect("made-up", SOURCES, [Mirror(address)], allow(), print) == MADE_UP


def test_a_file_packed_again_is_known_by_what_it_holds(tmp_path):
    body = MADE_UP[IMAGES.name]
    again = pack(body, level=1)
    assert again != pack(body)
    fill(tmp_path, {f"{IMAGES.name}.gz": again})
    assert ask(IMAGES, Mirror(str(tmp_path))) == body


def test_without_a_checksum_of_the_unpacked_file_only_the_original_is_taken(tmp_path):
    body = MADE_UP[IMAGES.name]
    source = Source(IMAGES.name, IMAGES.md5, None)
    mirror = Mirror(str(fill(tmp_path, {f"{IMAGES.name}.gz": pack(body)})))
    assert ask(source, mirror) == body
    assert mirror.locations(source) == [f"{tmp_path}/{IMAGES.name}.gz"]
    fill(tmp_path, {f"{IMAGES.name}.gz": pack(body, level=1), IMAGES.name: body})
    with pytest.raises(DataError, match=f"instead of {IMAGES.md5}"):
        ask(source, mirror)


def test_the_users_mirror_comes_first_and_its_own_folder_before_its_root():
    mirrors = choose_mirrors("kmnist", ["http://a/", "http://b"], "/mine/")
    name = IMAGES.name
    assert [location for mirror in mirrors for location in mirror.locations(IMAGES)] == [
        f"/mine/kmnist/{name}.gz",
        f"/mine/kmnist/{name}",
        f"/mine/{name}.gz",
        f"/mine/{name}",
        f"http://a/{name}.gz",
        f"http://a/{name}",
        f"http://b/{name}.gz",
        f"http://b/{name}",
    ]


@pytest.mark.parametrize("own", [None, ""])
def test_no_mirror_of_the_users_leaves_those_listed(own):
    assert choose_mirrors("kmnist", ["http://a/"], own) == (Mirror("http://a/"),)


@pytest.mark.parametrize("below", ["made-up", ""])
def test_the_root_is_asked_where_the_folder_lacks_the_file(tmp_path, below):
    fill(tmp_path / below, packed(MADE_UP))
    told: list[str] = []
    assert ask(IMAGES, *choose_mirrors("made-up", [], str(tmp_path)), told=told) == MADE_UP[IMAGES.name]
    assert told == [f"{IMAGES.name}: 1 kB from {Path(tmp_path, below, IMAGES.name)}.gz"]


def test_a_mirror_that_has_the_file_ends_the_search(tmp_path):
    fill(tmp_path, packed(MADE_UP))
    with serve({}) as server:
        ask(IMAGES, Mirror(str(tmp_path)), Mirror(server.url))
        assert server.asked == []


def test_a_redirect_is_followed_and_the_bytes_are_taken_as_they_are_kept():
    body = MADE_UP[IMAGES.name]
    answers = {
        f"/{IMAGES.name}.gz": redirect("/elsewhere"),
        "/elsewhere": content(pack(body), Content_Encoding="gzip"),
    }
    with serve(answers) as server:
        assert ask(Source(IMAGES.name, IMAGES.md5, None), Mirror(server.url)) == body


def test_a_mirrors_password_is_never_told():
    told: list[str] = []
    name = IMAGES.name
    with serve({f"/b/{name}.gz": content(pack(MADE_UP[name]))}) as server:
        address = server.url.replace("://", "://user:secret@")
        ask(IMAGES, Mirror(f"{address}/a"), Mirror(f"{address}/b"), told=told)
    assert [line.partition("127.0.0.1")[0] for line in told] == [f"{name}: http://", f"{name}: 1 kB from http://"]


def test_no_file_of_the_catalogue_is_larger_than_the_limit():
    assert LARGEST > 16 + 60_000 * 28 * 28


def take_digits(seed: int = 0) -> dict[str, bytes]:
    return obtain("digits", allow(), None, stream(seed, "download", "digits"), print)


def test_the_digits_repeat_and_follow_the_seed():
    assert take_digits() == take_digits()
    assert take_digits() != take_digits(seed=1)


def test_the_digits_are_all_images_once_as_grey_levels():
    train, test = parse(take_digits(), Path("digits"))
    levels, numbers = load_digits(return_X_y=True)
    expected = {(*(round(v * 255 / 16) for v in row), label) for row, label in zip(levels, numbers, strict=True)}
    rows = [(*image.ravel(), label) for part in (train, test) for image, label in zip(*part, strict=True)]
    assert train.images.shape[1:] == (8, 8)
    assert len(rows) == len(expected) == 1797
    assert set(rows) == expected


def test_the_digits_test_file_has_a_fifth_of_every_digit():
    train, test = parse(take_digits(), Path("digits"))
    held_out = np.bincount(test.labels, minlength=10)
    per_digit = held_out + np.bincount(train.labels, minlength=10)
    np.testing.assert_array_equal(held_out, np.rint(0.2 * per_digit))


@example([2, 40], 0.001)
@example([2, 40], 0.999)
@given(st.lists(st.integers(2, 40), min_size=1, max_size=6), st.floats(0.001, 0.999))
def test_a_stratified_draw_takes_its_share_of_every_class_and_never_all(counts, share):
    labels = np.repeat(np.arange(len(counts)), counts)
    drawn = np.bincount(labels[draw_stratified(labels, share, np.random.default_rng(0))], minlength=len(counts))
    assert np.all((drawn >= 1) & (drawn < counts))
    assert np.all(np.abs(drawn - share * np.array(counts)) <= 1)


def test_the_digits_need_no_network_and_neither_torch_nor_torchvision():
    script = """
import sys
from pipeline.download.dataset import obtain
assert not {"torch", "torchvision", "sklearn"} & set(sys.modules), "imported before it is needed"
import socket; socket.socket = None
from tests.support.datasets import allow
from pipeline.core.rng import stream
print(len(obtain("digits", allow(), None, stream(0), print)))
assert not {"torch", "torchvision"} & set(sys.modules), "imported and not needed"
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "4\n"), done.stderr


@pytest.mark.skipif(
    not Path(FOLDER or "absent").is_dir(),
    reason="REAL MNIST NOT TESTED: set DATASET_MIRROR to a folder with its four files",
)
def test_real_mnist_is_accepted_packed_and_unpacked(tmp_path):
    files = obtain("mnist", allow(), FOLDER, stream(0), print)
    train, test = parse(files, Path("mnist"))
    assert (train.images.shape, test.images.shape) == ((60_000, 28, 28), (10_000, 28, 28))
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert obtain("mnist", allow(), str(fill(tmp_path, files)), stream(0), print) == files


def test_files_with_right_checksums_still_have_to_fit_together(tmp_path):
    short = make_files() | {FILES[0]: encode(np.zeros((29, 5, 4), np.uint8))}
    fill(tmp_path, short)
    with pytest.raises(DataError, match="30 labels for 29 images"):
        collect("made-up", list_sources(short), [Mirror(str(tmp_path))], allow(), print)
