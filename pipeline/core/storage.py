"""Read files, and write them atomically: a file is either complete or absent."""

import contextlib
import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.core.errors import DataError, StorageError

Arrays = dict[str, np.ndarray]


@contextlib.contextmanager
def explain_storage(path: Path, verb: str) -> Iterator[None]:
    """Turn the operating system's errors about `path` into a one-line `StorageError`.

    Raises:
        StorageError: the disk is full, the folder is read-only, or the file is missing.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        remedy = "make room or give access, then run the same command again"
        if verb == "read" and isinstance(error, FileNotFoundError):
            remedy = "run this in the project's folder, and make what is missing with `dvc repro`"
        raise StorageError(f"cannot {verb} {path}: {reason}; {remedy}") from error


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` atomically.

    The bytes go to a temporary file beside `path`, are flushed to the disk, and get their final name in one step. A
    process that dies meanwhile leaves the previous content of `path`, and a temporary file that the next write
    replaces.

    Raises:
        StorageError: the bytes could not be written.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with explain_storage(path, "write"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def write_text(path: Path, content: str) -> None:
    """Write text to `path` atomically, as UTF-8 with Unix line ends."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a mapping to `path` as JSON with sorted keys.

    Raises:
        DataError: a number in it is not finite; `dvc metrics diff` would always report it as changed.
    """
    try:
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise DataError(f"{path}: not written, a number in it is not finite ({error})") from error
    write_text(path, text + "\n")


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write named arrays to `path` as a compressed npz file; the same arrays give the same bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_bytes(path, buffer.getvalue())


def read_bytes(path: Path) -> bytes:
    """Return all bytes of a file.

    Raises:
        StorageError: the file is missing or unreadable.
    """
    with explain_storage(path, "read"):
        return path.read_bytes()


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file.

    Raises:
        DataError: some byte is not UTF-8.
    """
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error


def read_json(path: Path) -> dict[str, Any]:
    """Return the mapping in a JSON file.

    Raises:
        DataError: the text is not JSON, or is not a mapping.
    """
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}: not JSON (line {error.lineno}: {error.msg}); remake it with `dvc repro`") from error
    if not isinstance(content, dict):
        raise DataError(f"{path}: a mapping was expected, not {type(content).__name__}; remake it with `dvc repro`")
    return content


def read_arrays(path: Path) -> Arrays:
    """Return the named arrays of an npz file; pickled objects are never loaded.

    Raises:
        DataError: the file is truncated or is not an npz file.
    """
    content = read_bytes(path)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # broken bytes make numpy, zipfile and zlib raise almost anything
        raise DataError(f"{path}: not a whole npz file ({error}); remake it with `dvc repro`") from error
