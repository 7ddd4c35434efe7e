"""How a long stage tells how far it is: a bar with the time left on a terminal, plain lines elsewhere."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from tqdm import tqdm

Step = Callable[..., None]


@contextlib.contextmanager
def progress(label: str, total: int, unit: str, lines: int = 10) -> Iterator[Step]:
    """Follow work of `total` units; call what this gives with the units just done and a note.

    Args:
        label: what is at work.
        total: units in all.
        unit: their name, in the plural.
        lines: how often to tell where there is no terminal.
    """
    if sys.stderr.isatty():
        with tqdm(desc=label, total=total, unit=f" {unit}", position=_row(), file=sys.stderr) as bar:

            def step(units: int, note: str = "") -> None:
                bar.set_postfix_str(note, refresh=False)
                bar.update(units)

            yield step
    else:
        yield _Lines(label, total, unit, lines).step


def _row() -> int:
    """Which line of the terminal is this process's, where several share it."""
    return int(os.environ.get("PROGRESS_ROW", "0"))


class _Lines:
    def __init__(self, label: str, total: int, unit: str, lines: int) -> None:
        self.label, self.total, self.unit, self.lines, self.done = label, total, unit, lines, 0

    def step(self, units: int, note: str = "") -> None:
        before, self.done = self.done * self.lines // self.total, self.done + units
        if self.done * self.lines // self.total > before:
            print(f"{self.label}: {self.done}/{self.total} {self.unit} {note}".rstrip(), file=sys.stderr, flush=True)
