"""A whole data set, whatever it is called: its four files, unpacked and checked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.config import Dataset, DownloadParams
from pipeline.core.errors import DataError, NetworkError
from pipeline.data.idx import parse
from pipeline.download.catalogue import Source, catalogue
from pipeline.download.digits import digits
from pipeline.download.mirrors import Mirror, Tell, choose_mirrors, fetch

MIRROR_VARIABLE = "DATASET_MIRROR"
"""The environment variable with the user's own mirror."""


def obtain(
    dataset: Dataset, params: DownloadParams, mirror: str | None, rng: np.random.Generator, tell: Tell
) -> dict[str, bytes]:
    """The content of a data set's four IDX files, checked, by their names.

    Args:
        dataset: `digits`, which needs no network, or a key of `catalogue.CLASSES`.
        params: the mirrors, the time limits, and the share of `digits` that is its test file.
        mirror: asked before the mirrors of `params`; a URL or a folder.
        rng: draws the test file of `digits`.
        tell: takes one line for each file, and one for each mirror that failed.

    Raises:
        NetworkError: some file was served by no mirror.
        DataError: some file was served, and nowhere the right bytes.
    """
    if dataset == "digits":
        files = digits(params.test_fraction, rng)
        parse(files, Path(dataset))
        return files
    mirrors = choose_mirrors(dataset, params.mirrors.get(dataset, ()), mirror)
    return collect(dataset, catalogue(dataset), mirrors, params, tell)


def collect(
    dataset: str, sources: Sequence[Source], mirrors: Sequence[Mirror], params: DownloadParams, tell: Tell
) -> dict[str, bytes]:
    """The content of each file that a catalogue lists, from the mirrors, checked one by one and together.

    Args:
        dataset: its name, for the message.
        sources: the four files.
        mirrors: whom to ask, in order.
        params: the time limits.
        tell: takes one line for each file, and one for each mirror that failed.

    Raises:
        NetworkError: some file was served by no mirror.
        DataError: some file was served, and nowhere the right bytes; or the files do not fit together.
    """
    files = {}
    for source in sources:
        try:
            files[source.name] = fetch(source, mirrors, params, tell)
        except (NetworkError, DataError) as error:
            raise type(error)(f"{dataset}: no mirror has {source.name}: {error}; {_remedy(sources)}") from error
    parse(files, Path(dataset))
    return files


def _remedy(sources: Sequence[Source]) -> str:
    return f"set {MIRROR_VARIABLE} to a URL or a folder with {', '.join(map(str, sources))}"
