"""Verify the checksum of a downloaded file, and unpack it."""

import gzip
import hashlib
import io
import zlib

from pipeline.core.errors import DataError
from pipeline.download.catalogue import LARGEST, Source

GZIP = b"\x1f\x8b"


def unpack(content: bytes) -> bytes:
    """Unpack a gzip file, in memory that is bounded by `LARGEST`.

    Raises:
        DataError: the stream is cut short, is damaged, or unpacks to more than any file of the data sets has.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as stream:
            unpacked = stream.read(LARGEST + 1)
    except EOFError as error:
        raise DataError(f"a gzip file cut short after {len(content)} bytes") from error
    except (OSError, zlib.error) as error:
        raise DataError(f"a damaged gzip file ({error})") from error
    if len(unpacked) > LARGEST:
        raise DataError(f"a gzip file that unpacks to more than {LARGEST} bytes")
    return unpacked


def accept(content: bytes, source: Source) -> bytes:
    """Return the unpacked file if its checksum is right.

    Either the packed file must have the MD5 or the unpacked one the SHA-256, so that a file that was packed again, or
    not at all, is accepted too.

    Args:
        content: the file as it was served, packed or not.
        source: the file that it should be.

    Raises:
        DataError: neither checksum matches.
    """
    unpacked = unpack(content) if content.startswith(GZIP) else content
    if hashlib.md5(content, usedforsecurity=False).hexdigest() == source.md5:
        return unpacked
    if hashlib.sha256(unpacked).hexdigest() == source.sha256:
        return unpacked
    raise DataError(_describe(content, source))


def _describe(content: bytes, source: Source) -> str:
    if content.startswith(GZIP):
        return f"MD5 {hashlib.md5(content, usedforsecurity=False).hexdigest()} instead of {source.md5}"
    if content.lstrip()[:1] == b"<":
        return "a web page instead of the file, perhaps a login"
    if source.sha256:
        return f"not a gzip file, and SHA-256 {hashlib.sha256(content).hexdigest()} instead of {source.sha256}"
    return "not a gzip file"
