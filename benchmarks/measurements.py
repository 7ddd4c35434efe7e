"""Keep what benchmarks measure: outside Git, or with `--record` in the committed results.json.

The README quotes the committed file, and measurements of another machine do not belong there.
"""

import sys
from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Any

from pipeline.core.storage import read_json, write_json
from stages.shared import command
from stages.shared.layout import Layout

RECORD = "--record"


def run(main: Callable[..., None], *words: str) -> None:
    """Call a benchmark as `stages.shared.command.run` calls a stage, with the option `--record`.

    Args:
        main: takes the arguments in order, then the layout and, by name, `record`.
        words: the meaning of each argument, for the usage line.
    """
    record = RECORD in sys.argv
    sys.argv = [word for word in sys.argv if word != RECORD]

    def call(*given: Any) -> None:
        main(*given, record=record)

    command.run(update_wrapper(call, main), *words)


def keep(layout: Layout, found: Mapping[str, object], *, record: bool) -> dict[str, Any]:
    """Add figures to those that were kept before.

    Returns:
        All that are now kept in the same file.
    """
    file = layout.benchmarks if record else layout.measurements
    results = (read_json(file) if file.exists() else {}) | dict(found)
    write_json(file, results)
    return results
