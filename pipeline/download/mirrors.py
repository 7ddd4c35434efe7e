"""Mirrors, asked one after the other until one has the file right."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.config import DownloadParams
from pipeline.core.errors import DataError, NetworkError
from pipeline.download.catalogue import Source
from pipeline.download.failures import Failure, UnreachableError, combine
from pipeline.download.transfer import transfer
from pipeline.download.verify import accept

Tell = Callable[[str], None]
"""Takes one line about how the download goes."""


@dataclass(frozen=True)
class Mirror:
    """A place that may hold a data set."""

    address: str
    """A URL or a local folder."""
    folders: tuple[str, ...] = ("",)
    """Where to look below the address, in order; each is empty or ends in a slash."""

    def locations(self, source: Source) -> list[str]:
        """Where the file may be, the packed before the unpacked, which is asked for only if its checksum is known."""
        names = [f"{source.name}.gz", source.name] if source.sha256 else [f"{source.name}.gz"]
        return [f"{self.address.rstrip('/')}/{folder}{name}" for folder in self.folders for name in names]


def choose_mirrors(dataset: str, listed: Sequence[str], own: str | None) -> tuple[Mirror, ...]:
    """The mirrors of a data set in the order in which they are asked.

    Args:
        dataset: its name.
        listed: the mirrors of the parameters.
        own: the user's mirror, asked first, in its folder `<dataset>/` before its root; none if empty.
    """
    first = (Mirror(own, (f"{dataset}/", "")),) if own else ()
    return (*first, *map(Mirror, listed))


def fetch(source: Source, mirrors: Sequence[Mirror], params: DownloadParams, tell: Tell) -> bytes:
    """One file, unpacked, from the first mirror that has it right.

    Args:
        source: which file.
        mirrors: whom to ask, in order.
        params: the time limits.
        tell: is told where the file came from, and what was wrong at each mirror before.

    Raises:
        NetworkError: no mirror served anything.
        DataError: some mirror served something, and none the right bytes.
    """
    failures: list[Failure] = []
    for mirror in mirrors:
        try:
            return _ask(mirror, source, params, tell)
        except (NetworkError, DataError) as error:
            told = type(error)(f"{_without_password(mirror.address)}: {error}")
            tell(f"{source.name}: {told}")
            failures.append(told)
    raise combine(failures or [NetworkError("no mirror is known")])


def _ask(mirror: Mirror, source: Source, params: DownloadParams, tell: Tell) -> bytes:
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
