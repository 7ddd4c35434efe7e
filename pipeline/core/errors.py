"""What can go wrong, one class a kind, each with the exit code of the command that meets it."""


class StudyError(Exception):
    """A failure told in one line: what, where, and what to do about it."""

    exit_code = 1


class ParameterError(StudyError):
    """A parameter, a model's name or a command-line word that the study cannot use."""

    exit_code = 2


class DataError(StudyError):
    """A file whose content is not what its name promises."""

    exit_code = 3


class StorageError(StudyError):
    """A file that could not be read or written: a full disk, a missing or read-only folder."""

    exit_code = 4


class NetworkError(StudyError):
    """A data set that none of its mirrors delivered."""

    exit_code = 5


class NumericalError(StudyError):
    """A computation that left the finite numbers."""

    exit_code = 6


class RenderingError(StudyError):
    """A page that could not be made, or that was made and is not whole."""

    exit_code = 7


class BusyError(StudyError):
    """Another process is at work on the same result."""

    exit_code = 75
