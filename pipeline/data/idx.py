"""Read and write IDX files, the format of MNIST and its successors: a magic number, the sizes, then the bytes."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from pipeline.core.errors import DataError
from pipeline.core.storage import read_bytes

TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
FILES = TRAIN + TEST
CLASSES = 10
UNSIGNED_BYTE = 0x08


class LabelledImages(NamedTuple):
    """Images with their labels, in the order of the files."""

    images: UInt8[np.ndarray, "n rows columns"]
    """Grey levels from 0 (background) to 255."""
    labels: UInt8[np.ndarray, " n"]
    """Classes from 0 to 9."""


def encode(array: UInt8[np.ndarray, "..."]) -> bytes:
    """Encode an array as the bytes of an IDX file.

    The file is `00 00 08 d`, then the d sizes as big-endian 32-bit integers, then the entries with
    the last index running fastest.

    Args:
        array: grey levels or labels, with at most 255 axes.
    """
    sizes = np.array(array.shape, dtype=">u4")
    return bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + sizes.tobytes() + array.tobytes()


def decode(content: bytes, axes: int, path: Path) -> UInt8[np.ndarray, "..."]:
    """Decode the array in the bytes of an IDX file.

    Args:
        content: the whole file.
        axes: number of axes that the array must have: 3 for images, 1 for labels.
        path: of the file, for the message.

    Returns:
        Entries from 0 to 255, not writable.

    Raises:
        DataError: the magic number is wrong, an axis is empty, or the number of bytes does not match the sizes.
    """
    magic = bytes([0, 0, UNSIGNED_BYTE, axes])
    start = 4 + 4 * axes
    if content[:4] != magic:
        raise _damaged(path, f"begins with {content[:4].hex(' ') or 'nothing'}, instead of {magic.hex(' ')}")
    if len(content) < start:
        raise _damaged(path, f"ends within its header, after {len(content)} of {start} bytes")
    shape = tuple(int(size) for size in np.frombuffer(content, dtype=">u4", count=axes, offset=4))
    if 0 in shape:
        raise _damaged(path, f"is empty: its sizes are {_product(shape)}")
    if len(content) != start + math.prod(shape):
        raise _damaged(path, f"has {len(content) - start} bytes after its header, instead of {_product(shape)}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def parse(contents: Mapping[str, bytes], folder: Path) -> tuple[LabelledImages, LabelledImages]:
    """Decode the four files of a data set.

    Args:
        contents: the content of each file in `FILES`, by name.
        folder: of the files, for the message.

    Returns:
        Training images, then test images; all of the same size.

    Raises:
        DataError: a file is not an IDX file of its kind, a label is above 9, images and labels differ in number, or
            training and test images differ in size.
    """
    train = _parse_part(contents, folder, *TRAIN)
    test = _parse_part(contents, folder, *TEST)
    if train.images.shape[1:] != test.images.shape[1:]:
        sizes = f"{_product(test.images.shape[1:])} pixels, the training images {_product(train.images.shape[1:])}"
        raise _damaged(folder / TEST[0], f"has images of {sizes}")
    return train, test


def read(folder: Path) -> tuple[LabelledImages, LabelledImages]:
    """Read the training images and the test images in a data set's folder.

    Raises:
        DataError: as for `parse`.
        StorageError: a file is missing or unreadable.
    """
    return parse({name: read_bytes(folder / name) for name in FILES}, folder)


def _parse_part(contents: Mapping[str, bytes], folder: Path, image_file: str, label_file: str) -> LabelledImages:
    images = decode(contents[image_file], 3, folder / image_file)
    labels = decode(contents[label_file], 1, folder / label_file)
    if labels.max() >= CLASSES:
        row = int(np.argmax(labels >= CLASSES))
        raise _damaged(folder / label_file, f"has label {labels[row]} in row {row}, instead of 0 to {CLASSES - 1}")
    if len(images) != len(labels):
        raise _damaged(folder / label_file, f"has {len(labels)} labels for {len(images)} images")
    return LabelledImages(images, labels)


def _product(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _damaged(path: Path, fault: str) -> DataError:
    return DataError(f"{path}: {fault}; fetch it again with `dvc repro -f -s download`")
