"""The command line of every stage: its arguments are checked, and a failure is one line."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.core.errors import ParameterError, StudyError
from stages.shared.layout import Layout

INTERRUPTED = 128 + signal.SIGINT


def run(main: Callable[..., None], *words: str) -> None:
    """Call a stage on the project in the current folder with the command line's arguments, and exit.

    Args:
        main: takes the arguments in order, then the layout.
        words: the meaning of each argument, such as `MODEL`, for the usage line.
    """
    given = sys.argv[1:]
    try:
        if len(given) != len(words):
            raise ParameterError(f"usage: python -m {_module(main)} {' '.join(words)}".rstrip())
        main(*given, Layout(Path()))
    except StudyError as error:
        sys.exit(_report(main, str(error), error.exit_code))
    except KeyboardInterrupt:
        sys.exit(_report(main, "interrupted; run the same command again to continue", INTERRUPTED))


def _module(main: Callable[..., None]) -> str:
    spec = sys.modules[main.__module__].__spec__
    return spec.name if spec else main.__module__


def _report(main: Callable[..., None], line: str, code: int) -> int:
    print(f"{_module(main).rpartition('.')[2]}: {' '.join(line.split())}", file=sys.stderr)
    return code
