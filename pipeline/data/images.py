"""Labelled images: the published grey levels, and two frozen binary versions that models are scored on."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int32, UInt8

from pipeline.core.errors import DataError
from pipeline.core.storage import Arrays, read_arrays, write_arrays


@dataclass(frozen=True)
class Images:
    """Images of a data set; a row is the same image in every array."""

    grey: UInt8[np.ndarray, "n pixels"]
    binary_stochastic: UInt8[np.ndarray, "n pixels"]
    binary_threshold: UInt8[np.ndarray, "n pixels"]
    label: UInt8[np.ndarray, " n"]
    id: Int32[np.ndarray, " n"]

    def binary(self, binarisation: str) -> UInt8[np.ndarray, "n pixels"]:
        """Return the frozen binary images on which a model with this binarisation is scored."""
        return self.binary_threshold if binarisation == "threshold" else self.binary_stochastic


def binarise(grey: UInt8[np.ndarray, "n pixels"], rng: np.random.Generator) -> UInt8[np.ndarray, "n pixels"]:
    """Draw each pixel from a Bernoulli distribution with P(x = 1) = grey / 255, exactly.

    An integer that is uniform on 0, ..., 254 is below the grey level g with probability g / 255.
    """
    uniform = rng.integers(0, 255, size=grey.shape, dtype=np.uint8)
    return (uniform < grey).astype(np.uint8)


def binarise_fast(grey: UInt8[np.ndarray, "n pixels"], rng: np.random.Generator) -> UInt8[np.ndarray, "n pixels"]:
    """Draw from the same distribution as `binarise`, with other random numbers and in a third of the time.

    A random byte that is drawn again where it is 255 is uniform on 0, ..., 254.
    """
    words = rng.integers(0, 2**64, math.ceil(grey.size / 8), np.uint64)
    uniform = words.view(np.uint8)[: grey.size].reshape(grey.shape)
    again = uniform == 255
    uniform[again] = rng.integers(0, 255, np.count_nonzero(again), np.uint8)
    return (uniform < grey).view(np.uint8)


def threshold(grey: UInt8[np.ndarray, "n pixels"]) -> UInt8[np.ndarray, "n pixels"]:
    """Round each pixel: x = 1 where grey / 255 > 1/2."""
    return (grey > 127).astype(np.uint8)


def freeze(grey: UInt8[np.ndarray, "n pixels"], label: UInt8[np.ndarray, " n"], rng: np.random.Generator) -> Images:
    """Binarise every image in both ways, once and for all; `id` numbers the rows from 0."""
    return Images(
        grey=grey,
        binary_stochastic=binarise(grey, rng),
        binary_threshold=threshold(grey),
        label=label,
        id=np.arange(len(grey), dtype=np.int32),
    )


def write_images(path: Path, images: Images) -> None:
    """Write all arrays of `images` to `path`."""
    write_arrays(path, dict(vars(images)))


def read_images(path: Path) -> Images:
    """Read the images at `path`.

    Raises:
        DataError: an array is missing, or has the wrong shape, type or values.
    """
    arrays = read_arrays(path)
    if fault := _fault(arrays):
        raise DataError(f"{path}: {fault}; remake it with `dvc repro split`")
    return Images(**{name: arrays[name] for name in Images.__dataclass_fields__})


def _fault(arrays: Arrays) -> str | None:
    """Return the first fault that keeps arrays from being those of `Images`, or None."""
    for name in Images.__dataclass_fields__:
        if name not in arrays:
            return f"array {name} is missing"
        found = arrays[name]
        wanted = np.int32 if name == "id" else np.uint8
        if found.dtype != wanted:
            return f"array {name} is {found.dtype}, not {np.dtype(wanted)}"
        shape = arrays["grey"].shape[:1] if name in {"label", "id"} else arrays["grey"].shape
        if arrays["grey"].ndim != 2 or not arrays["grey"].size or found.shape != shape:
            return f"array {name} has the shape {found.shape}, which does not fit {arrays['grey'].shape} of grey"
    if max(arrays["binary_stochastic"].max(), arrays["binary_threshold"].max()) > 1:
        return "a binary pixel is neither 0 nor 1"
    return None
