"""One exception class per kind of failure, each with the exit code of a command that fails with it."""


class StudyError(Exception):
    """Failure whose message is one line: what is wrong, where, and what to do about it."""

    exit_code = 1


class ParameterError(StudyError):
    """Parameter, model name or command-line argument that is invalid."""

    exit_code = 2


class DataError(StudyError):
    """File whose content is damaged or is not of the expected kind."""

    exit_code = 3


class StorageError(StudyError):
    """File that cannot be read or written: a full disk, a missing file, a read-only folder."""

    exit_code = 4


class NetworkError(StudyError):
    """Data set that none of its mirrors delivered."""

    exit_code = 5


class NumericalError(StudyError):
    """Computation whose result is not finite."""

    exit_code = 6


class RenderingError(StudyError):
    """Page that could not be rendered, or that was rendered incompletely."""

    exit_code = 7


class BusyError(StudyError):
    """Result that another process is working on."""

    exit_code = 75
