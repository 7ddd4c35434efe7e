"""A made-up data set of a few small images, packed and unpacked, with its catalogue."""

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pipeline.config import DownloadParams
from pipeline.data.idx import TEST, TRAIN, encode
from pipeline.download.catalogue import Source


def make_files(train: int = 30, test: int = 12) -> dict[str, bytes]:
    rng = np.random.default_rng(7)
    files = {}
    for (images, labels), count in ((TRAIN, train), (TEST, test)):
        files[images] = encode(rng.integers(0, 256, (count, 5, 4), dtype=np.uint8))
        files[labels] = encode(rng.integers(0, 10, count, dtype=np.uint8))
    return files


def pack(body: bytes, level: int = 9) -> bytes:
    return gzip.compress(body, level, mtime=0)


def list_sources(files: dict[str, bytes], *, hashed: bool = True) -> tuple[Source, ...]:
    return tuple(
        Source(
            name,
            hashlib.md5(pack(body)).hexdigest(),
            hashlib.sha256(body).hexdigest() if hashed else None,
        )
        for name, body in files.items()
    )


def disguise(folder: Path, listed: Iterable[Source]) -> None:
    """Make these files what KMNIST is for programs that run in the folder, which has a package `torchvision` then."""
    resources = [(f"{source.name}.gz", source.md5) for source in listed]
    package = folder / "torchvision"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "datasets.py").write_text(f"class KMNIST:\n    resources = {resources!r}\n", encoding="utf-8")


def allow(read_timeout: float = 5, total_timeout: float = 10) -> DownloadParams:
    return DownloadParams(mirrors={}, read_timeout=read_timeout, total_timeout=total_timeout, test_fraction=0.2)
