"""Obtain the four files of a data set, unpacked and checked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.config import DownloadParams
from pipeline.core.errors import DataError, NetworkError
from pipeline.data.idx import parse
from pipeline.download.catalogue import DIGITS, Source, sources
from pipeline.download.digits import digits
from pipeline.download.mirrors import MIRROR_VARIABLE, Mirror, Tell, choose_mirrors, fetch


def obtain(
    dataset: str, params: DownloadParams, mirror: str | None, rng: np.random.Generator, tell: Tell
) -> dict[str, bytes]:
    """Return the content of a data set's four IDX files by name, checked.

    Args:
        dataset: a key of `CATALOGUE`; `digits` needs no network.
        params: the mirrors, the time limits, and the size of the test file of `digits`.
        mirror: a URL or a folder that is tried before the mirrors of `params`.
        rng: draws the test file of `digits`.
        tell: is called with one line per file, and one per mirror that failed.

    Raises:
        ParameterError: the catalogue has no such data set.
        NetworkError: no mirror served some file.
        DataError: some file was served, but by no mirror with the right bytes.
    """
    if dataset == DIGITS:
        files = digits(params.test_fraction, rng)
        parse(files, Path(dataset))
        return files
    mirrors = choose_mirrors(dataset, params.mirrors.get(dataset, ()), mirror)
    return collect(dataset, sources(dataset), mirrors, params, tell)


def collect(
    dataset: str, wanted: Sequence[Source], mirrors: Sequence[Mirror], params: DownloadParams, tell: Tell
) -> dict[str, bytes]:
    """Return the content of each file by name, from the mirrors, checked one by one and together.

    Args:
        dataset: name of the data set, for the message.
        wanted: the four files.
        mirrors: to be tried in this order.
        params: the time limits.
        tell: is called with one line per file, and one per mirror that failed.

    Raises:
        NetworkError: no mirror served some file.
        DataError: some file was served, but by no mirror with the right bytes; or the files do not fit together.
    """
    files = {}
    for source in wanted:
        try:
            files[source.name] = fetch(source, mirrors, params, tell)
        except (NetworkError, DataError) as error:
            raise type(error)(f"{dataset}: no mirror has {source.name}: {error}; {_remedy(wanted)}") from error
    parse(files, Path(dataset))
    return files


def _remedy(wanted: Sequence[Source]) -> str:
    return f"set {MIRROR_VARIABLE} to a URL or a folder with {', '.join(map(str, wanted))}"
