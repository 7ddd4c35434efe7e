"""Waiting for what another process does."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.support.tiny import LONGEST

Found = TypeVar("Found")


def until(happened: Callable[[], Found], seconds: float = LONGEST, pause: float = 0.1) -> Found:
    """Return what `happened` returns, once that is true or not empty; it is called after every pause."""
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, "timed out"
        time.sleep(pause)
    return found
