"""Progress of a long stage: a bar with the time left on a terminal, plain lines elsewhere."""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from tqdm import tqdm

Step = Callable[..., None]


@contextlib.contextmanager
def progress(label: str, total: int, unit: str, lines: int = 10) -> Iterator[Step]:
    """Yield a function that takes the number of units just finished, and optionally a note.

    Args:
        label: shown in front, such as the model's name.
        total: number of units.
        unit: what is counted, in the plural.
        lines: number of lines to print where there is no terminal.
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
    """Return the terminal line of this process, where several share the terminal."""
    return int(os.environ.get("PROGRESS_ROW", "0"))


class _Lines:
    def __init__(self, label: str, total: int, unit: str, lines: int) -> None:
        self.label = label
        self.total = total
        self.unit = unit
        self.lines = lines
        self.done = 0

    def step(self, units: int, note: str = "") -> None:
        before = self.done * self.lines // self.total
        self.done += units
        if self.done * self.lines // self.total > before:
            noted = f", {note}" if note else ""
            print(f"{self.label}: {self.done}/{self.total} {self.unit}{noted}", file=sys.stderr, flush=True)
