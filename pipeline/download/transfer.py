"""Read the bytes at a location: over HTTP within time limits, or in a local folder."""

import asyncio
from pathlib import Path
from urllib.request import url2pathname

import httpx

from pipeline.config import DownloadParams
from pipeline.core.errors import DataError, NetworkError
from pipeline.download.catalogue import LARGEST
from pipeline.download.failures import AbsentError, UnreachableError

REDIRECTS = 5
UNUSABLE = (ImportError, ValueError, OSError, ExceptionGroup)
"""Errors of httpx about invalid addresses, and about invalid proxies and certificates in the environment."""


def transfer(location: str, params: DownloadParams) -> bytes:
    """Return all bytes at a location.

    Args:
        location: a URL (`http`, `https` or `file`) or a path.
        params: the time limits, for HTTP alone.

    Raises:
        AbsentError: the file does not exist.
        UnreachableError: no answer arrives in time.
        NetworkError: the answer is an error or too many redirects.
        DataError: the content is larger than any file of the data sets.
    """
    scheme, separator, _ = location.partition("://")
    match scheme.lower() if separator else "":
        case "http" | "https":
            return asyncio.run(_get(location, params))
        case "file":
            return _read(_local_path(location))
        case "":
            return _read(Path(location))
        case other:
            raise NetworkError(f"{other}:// is not supported; give an http, https or file URL, or a folder")


async def _get(url: str, params: DownloadParams) -> bytes:
    try:
        async with asyncio.timeout(params.total_timeout), _client(params) as client, client.stream("GET", url) as reply:
            _check_status(reply.status_code)
            return await _collect(reply)
    except httpx.TimeoutException as error:
        raise UnreachableError(f"no byte for {params.read_timeout:g} s") from error
    except TimeoutError as error:
        raise UnreachableError(f"not finished after {params.total_timeout:g} s") from error
    except httpx.TooManyRedirects as error:
        raise NetworkError(f"more than {REDIRECTS} redirects") from error
    except (httpx.HTTPError, httpx.InvalidURL, *UNUSABLE) as error:
        raise UnreachableError(_explain(error)) from error


def _explain(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__


def _client(params: DownloadParams) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=params.read_timeout,
        follow_redirects=True,
        max_redirects=REDIRECTS,
        headers={"Accept-Encoding": "identity"},
    )


def _check_status(code: int) -> None:
    if code != httpx.codes.OK:
        kind = AbsentError if code in {httpx.codes.NOT_FOUND, httpx.codes.GONE} else NetworkError
        raise kind(f"{code} {httpx.codes.get_reason_phrase(code)}".rstrip())


async def _collect(reply: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in reply.aiter_raw():
        content += piece
        _check_size(len(content))
    return bytes(content)


def _local_path(url: str) -> Path:
    path = url.partition("://")[2].removeprefix("localhost")
    if not path.startswith("/"):
        raise NetworkError("a file URL has three slashes before the path, as file:///folder")
    return Path(url2pathname(path))


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise AbsentError("no such file")
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise NetworkError(error.strerror or str(error)) from error
    _check_size(len(content))
    return content


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise DataError(f"more than {LARGEST} bytes")
