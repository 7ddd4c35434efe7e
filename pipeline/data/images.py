"""Labelled images: grey as they were published, binary as the models see them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int32, UInt8

from pipeline.core.errors import DataError
from pipeline.core.storage import Arrays, read_arrays, write_arrays


@dataclass(frozen=True)
class Images:
    """Images of a data set with their digits; row by row the same image in every array."""

    grey: UInt8[np.ndarray, "n pixels"]
    binary_bernoulli: UInt8[np.ndarray, "n pixels"]
    binary_threshold: UInt8[np.ndarray, "n pixels"]
    digit: UInt8[np.ndarray, " n"]
    id: Int32[np.ndarray, " n"]

    def binary(self, binarization: str) -> UInt8[np.ndarray, "n pixels"]:
        """The frozen binary images that a model with this binarization is scored on."""
        return self.binary_threshold if binarization == "threshold" else self.binary_bernoulli


def binarise(grey: UInt8[np.ndarray, "n pixels"], rng: np.random.Generator) -> UInt8[np.ndarray, "n pixels"]:
    """Draw each pixel once: P(x = 1) = grey / 255, exactly.

    A byte u uniform on 0..254 is below the grey level with just that probability.
    """
    uniform = rng.integers(0, 255, size=grey.shape, dtype=np.uint8)
    return (uniform < grey).astype(np.uint8)


def threshold(grey: UInt8[np.ndarray, "n pixels"]) -> UInt8[np.ndarray, "n pixels"]:
    """Round each pixel: x = 1 where grey / 255 > 1/2."""
    return (grey > 127).astype(np.uint8)


def label(grey: UInt8[np.ndarray, "n pixels"], digit: UInt8[np.ndarray, " n"], rng: np.random.Generator) -> Images:
    """Freeze both binarizations of every image; `id` counts the rows from 0."""
    return Images(
        grey=grey,
        binary_bernoulli=binarise(grey, rng),
        binary_threshold=threshold(grey),
        digit=digit,
        id=np.arange(len(grey), dtype=np.int32),
    )


def write_images(path: Path, images: Images) -> None:
    """Put all arrays of `images` at `path`."""
    write_arrays(path, dict(vars(images)))


def read_images(path: Path) -> Images:
    """The images at `path`.

    Raises:
        DataError: an array is missing, or the arrays' shapes or types do not fit.
    """
    arrays = read_arrays(path)
    fault = _fault({name: arrays[name] for name in Images.__dataclass_fields__ if name in arrays})
    if fault:
        raise DataError(f"{path}: {fault}; remake it with `dvc repro split`")
    return Images(**{name: arrays[name] for name in Images.__dataclass_fields__})


def _fault(arrays: Arrays) -> str | None:
    """The first way in which arrays are not those of `Images`, if there is one."""
    for name in Images.__dataclass_fields__:
        if name not in arrays:
            return f"array {name} is missing"
        found, wanted = arrays[name], np.int32 if name == "id" else np.uint8
        if found.dtype != wanted:
            return f"array {name} is {found.dtype}, not {np.dtype(wanted)}"
        whole = arrays["grey"].shape[:1] if name in {"digit", "id"} else arrays["grey"].shape
        if arrays["grey"].ndim != 2 or not arrays["grey"].size or found.shape != whole:
            return f"array {name} has the shape {found.shape}, beside {arrays['grey'].shape} of grey"
    if max(arrays["binary_bernoulli"].max(), arrays["binary_threshold"].max()) > 1:
        return "a binary pixel is neither 0 nor 1"
    return None
