"""Keep a second study out of a folder: it would stop in the middle, where both need the same file."""

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime

import psutil
from filelock import FileLock, Timeout

from pipeline.core.errors import BusyError
from pipeline.core.storage import explain_storage, read_text, write_text
from stages.shared.layout import Layout


@contextlib.contextmanager
def only_study(layout: Layout) -> Iterator[None]:
    """Keep other studies out of the project's folder while the block runs.

    Args:
        layout: of the project.

    Raises:
        BusyError: another study, or DVC itself, is at work there; the message says which process, and since when.
    """
    lock, owner = layout.at_work, layout.at_work.with_suffix(".pid")
    with explain_storage(lock.parent, "lock"):
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(lock)
        try:
            held.acquire(timeout=0)
        except Timeout as error:
            noted = read_text(owner).strip() if owner.exists() else ""
            raise _busy("a study", int(noted) if noted.isdecimal() else None) from error
    try:
        for pid, command in users(layout):
            raise _busy(f"`{command}`", pid)
        write_text(owner, f"{os.getpid()}\n")
        yield
    finally:
        held.release()


def users(layout: Layout) -> list[tuple[int, str]]:
    """Return process and command of every `dvc` that uses files of a stage at this moment, from DVC's own notes."""
    try:
        noted = json.loads(layout.dvc_users.read_text(encoding="utf-8"))
        written = layout.dvc_users.stat().st_mtime
    except (OSError, ValueError):  # no lock file yet, or it is being written
        return []
    found = [*noted.get("write", {}).values(), *(one for some in noted.get("read", {}).values() for one in some)]
    alive = {int(one["pid"]): str(one["cmd"]) for one in found if _was_there(int(one["pid"]), written)}
    return sorted(alive.items())


def _was_there(pid: int, moment: float) -> bool:
    """Return whether a process runs, and did at that moment: one that began later was given the number of another."""
    try:
        return bool(psutil.Process(pid).create_time() <= moment)
    except psutil.Error:
        return False


def _busy(what: str, pid: int | None) -> BusyError:
    since = ""
    with contextlib.suppress(psutil.Error):
        begun = datetime.fromtimestamp(psutil.Process(pid).create_time(), UTC).astimezone() if pid else None
        since = f", since {begun:%Y-%m-%d %H:%M:%S}" if begun else ""
    who = f"process {pid or 'unknown'}{since}"
    return BusyError(f"{what} is at work in this folder: {who}; wait for it, or stop it, and run this again")
