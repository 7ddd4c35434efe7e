"""`python -m stages.commands.patient …` is `dvc …`, but `repro` waits while another process uses a file of a stage.

DVC's `--wait-for-lock` waits for the lock of DVC's own files; a stage whose files another process reads or writes ends
`dvc repro` all the same, before the stage begins. Stages that have run by then are in dvc.lock, and not run again.
"""

import sys
import time
from typing import Any

try:
    from dvc.cli import main
    from dvc.exceptions import ReproductionError
    from dvc.lock import LockError
    from dvc.repo import Repo
except KeyboardInterrupt:  # the import takes a second, in which DVC does not yet answer an interrupt
    sys.exit(130)

PAUSE = 1.0
"""Seconds between two attempts."""

reproduce = Repo.reproduce


def wait_and_reproduce(repo: Repo, **options: Any) -> Any:
    """Call `reproduce` until no other process uses the files that it needs; between two calls DVC holds no lock.

    Args:
        repo: the repository of DVC.
        options: of `Repo.reproduce`.

    Returns:
        What `Repo.reproduce` returns.

    Raises:
        ReproductionError: it failed for another reason.
    """
    shown = ""
    while True:
        try:
            return reproduce(repo, **options)
        except ReproductionError as error:
            if not isinstance(error.__cause__, LockError):
                raise
            reason = " ".join(str(error.__cause__).partition("\n\n")[0].split())
        if reason != shown:
            print(f"waiting: {reason}", file=sys.stderr, flush=True)
        shown = reason
        time.sleep(PAUSE)


if __name__ == "__main__":
    sys.argv[0] = "dvc"  # name under which DVC lists this process
    Repo.reproduce = wait_and_reproduce
    sys.exit(main())
