"""Why a mirror delivered nothing, told briefly; whoever asked the mirrors adds where and what to do."""

from collections.abc import Sequence

from pipeline.core.errors import DataError, NetworkError


class AbsentError(NetworkError):
    """The mirror answers, and has no such file."""


class UnreachableError(NetworkError):
    """The mirror does not answer, or too slowly; it need not be asked for another file name."""


Failure = DataError | NetworkError


def combine(failures: Sequence[Failure]) -> Failure:
    """One failure that tells each different reason once.

    Args:
        failures: at least one.

    Returns:
        A `DataError` where some mirror served wrong bytes, a `NetworkError` where none served any.
        That a file is absent is told only where nothing else went wrong.
    """
    telling = [failure for failure in failures if not isinstance(failure, AbsentError)] or failures
    text = "; ".join(dict.fromkeys(map(str, telling)))
    return DataError(text) if any(isinstance(failure, DataError) for failure in telling) else NetworkError(text)
