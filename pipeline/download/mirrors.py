"""Fetch a file from the first mirror that serves the right bytes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.config import DownloadParams
from pipeline.core.errors import DataError, NetworkError
from pipeline.download.catalogue import Source
from pipeline.download.failures import Failure, UnreachableError, combine
from pipeline.download.transfer import transfer
from pipeline.download.verify import accept

MIRROR_VARIABLE = "DATASET_MIRROR"
"""Name of the environment variable with the user's own mirror."""
Tell = Callable[[str], None]
"""Receives one line about the progress of the download."""


@dataclass(frozen=True)
class Mirror:
    """Place that may have the files of a data set."""

    address: str
    """A URL or a local folder."""
    folders: tuple[str, ...] = ("",)
    """Folders below the address, in the order in which they are tried; each is empty or ends in a slash."""

    def locations(self, source: Source) -> list[str]:
        """Return the locations to try: the packed file before the unpacked one, which needs a known checksum."""
        names = [f"{source.name}.gz", source.name] if source.sha256 else [f"{source.name}.gz"]
        return [f"{self.address.rstrip('/')}/{folder}{name}" for folder in self.folders for name in names]


def choose_mirrors(dataset: str, listed: Sequence[str], own: str | None) -> tuple[Mirror, ...]:
    """Return the mirrors of a data set in the order in which they are tried.

    Args:
        dataset: name of the data set.
        listed: the mirrors of the parameters.
        own: the user's mirror, tried first, in its folder `<dataset>/` before its root; none if empty.
    """
    first = (Mirror(own, (f"{dataset}/", "")),) if own else ()
    return (*first, *map(Mirror, listed))


def fetch(source: Source, mirrors: Sequence[Mirror], params: DownloadParams, tell: Tell) -> bytes:
    """Return the unpacked content of one file from the first mirror that serves the right bytes.

    Args:
        source: the file.
        mirrors: to be tried in this order.
        params: the time limits.
        tell: is called with where the file came from, and with the failure of each mirror before as soon as it fails;
            the first of them names the variable, since the other mirrors may take as long again.

    Raises:
        NetworkError: no mirror served anything.
        DataError: some mirror served something, but none the right bytes.
    """
    failures: list[Failure] = []
    for mirror in mirrors:
        try:
            return _try(mirror, source, params, tell)
        except (NetworkError, DataError) as error:
            failure = type(error)(f"{_without_password(mirror.address)}: {error}")
            hint = "" if failures else f"; {MIRROR_VARIABLE}, a URL or a folder, is tried before the listed mirrors"
            tell(f"{source.name}: {failure}{hint}")
            failures.append(failure)
    raise combine(failures or [NetworkError("no mirror is known")])


def _try(mirror: Mirror, source: Source, params: DownloadParams, tell: Tell) -> bytes:
    failures: list[Failure] = []
    for location in mirror.locations(source):
        try:
            content = transfer(location, params)
            unpacked = accept(content, source)
        except UnreachableError:
            raise
        except (NetworkError, DataError) as error:
            failures.append(error)
        else:
            tell(f"{source.name}: {len(content) / 1000:,.0f} kB from {_without_password(location)}")
            return unpacked
    raise combine(failures)


def _without_password(address: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", address)
