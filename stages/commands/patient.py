"""`python -m stages.commands.patient …` is `dvc …`, but waits while another process uses a file of the stage.

DVC's `--wait-for-lock` waits for the lock of DVC's own files; a stage whose files another process reads or writes ends
DVC's command all the same. Only `repro` and `status` wait: the study calls no other while others may be at work.
"""

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from dvc.cli import main
from dvc.exceptions import DvcException
from dvc.lock import LockError
from dvc.repo import Repo

PAUSE = 1.0
"""Seconds between two attempts."""


def patient(act: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of a DVC repository that calls `act` until no other process uses the files that it needs."""

    @functools.wraps(act)
    def wait(repo: Repo, **options: Any) -> Any:
        told = ""
        while True:
            try:
                return act(repo, **options)
            except DvcException as error:
                busy = next((one for one in _causes(error) if isinstance(one, LockError)), None)
                if busy is None:
                    raise
                if told != (told := " ".join(str(busy).partition("\n\n")[0].split())):
                    print(f"waiting: {told}", file=sys.stderr, flush=True)
            with _unlocked(repo):
                time.sleep(PAUSE)

    return wait


@contextlib.contextmanager
def _unlocked(repo: Repo) -> Iterator[None]:
    """Give DVC's lock up, if this process holds it: the other process needs it to finish."""
    if not repo.lock.is_locked:
        yield
        return
    repo.lock.unlock()
    yield
    repo.lock.lock()
    repo._reset()  # what was read of dvc.lock may have changed meanwhile; DVC does the same after a stage has run


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


if __name__ == "__main__":
    sys.argv[0] = "dvc"  # by which others are told who uses a file
    for name in ("reproduce", "status"):
        setattr(Repo, name, patient(getattr(Repo, name)))
    sys.exit(main())
