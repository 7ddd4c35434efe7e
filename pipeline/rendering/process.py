"""Run external programs with a time limit, and end them with all their children."""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import RenderingError

LOCALE = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}


@dataclass(frozen=True)
class Finished:
    """Exit code, standard output and standard error of a program that has ended."""

    code: int
    output: bytes
    log: str


def run_program(
    command: Sequence[str | Path],
    *,
    timeout: float,
    folder: Path | None = None,
) -> Finished:
    """Run a program to its end, in a process group of its own and with a UTF-8 locale.

    Args:
        command: the program and its arguments.
        timeout: seconds after which the program and all its children are killed.
        folder: its working folder.

    Raises:
        RenderingError: the program could not be started, or took too long.
    """
    name = Path(command[0]).name
    with _start(command, folder) as process:
        try:
            output, log = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise RenderingError(f"{name} was stopped after {timeout:g} s; run it again") from error
        finally:
            _kill_group(process.pid)
    return Finished(process.returncode, output, log.decode("utf-8", "replace"))


def with_remedy(complaint: str, remedy: str) -> str:
    """Return a program's complaint followed by what to do, unless it says that itself after a semicolon."""
    return complaint if "; " in complaint else f"{complaint.rstrip('.')}; {remedy}"


def _start(command: Sequence[str | Path], folder: Path | None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **LOCALE},
            start_new_session=True,
        )
    except OSError as error:
        raise RenderingError(f"cannot start {command[0]}: {error.strerror}; install it again") from error


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
