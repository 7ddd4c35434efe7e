"""Waiting for what another process does."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.support.tiny import LONGEST

Found = TypeVar("Found")


def until(happened: Callable[[], Found]) -> Found:
    """Return what `happened` returns, once that is true or not empty."""
    end = time.monotonic() + LONGEST
    while not (found := happened()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found
