"""Reasons why a mirror did not deliver a file; the caller adds where it happened and what to do."""

from collections.abc import Sequence

from pipeline.core.errors import DataError, NetworkError


class AbsentError(NetworkError):
    """Answer of a mirror that does not have the file."""


class UnreachableError(NetworkError):
    """Mirror that does not answer, or too slowly; no other file name is tried there."""


Failure = DataError | NetworkError


def combine(failures: Sequence[Failure]) -> Failure:
    """Combine failures into one whose message contains each reason once.

    An absent file is mentioned only where nothing else went wrong.

    Args:
        failures: at least one.

    Returns:
        A `DataError` if some mirror served wrong bytes, else a `NetworkError`.
    """
    informative = [failure for failure in failures if not isinstance(failure, AbsentError)] or failures
    text = "; ".join(dict.fromkeys(map(str, informative)))
    return DataError(text) if any(isinstance(failure, DataError) for failure in informative) else NetworkError(text)
