"""While tests run, every shape and type in the library's signatures is checked, and programs can be interrupted.

Each process of the tests computes on one thread: with one process a core, more of them would wait for each other. The
costliest folders come first, so that what is left at the end can be shared out.
"""

import os
import signal
from pathlib import Path

from jaxtyping import install_import_hook

install_import_hook(
    [
        "pipeline.core",
        "pipeline.data",
        "pipeline.investigations",
        "pipeline.likelihood",
        "pipeline.models",
        "pipeline.validation",
    ],
    "beartype.beartype",
)


os.environ.setdefault("OMP_NUM_THREADS", "1")
COSTLIEST = ("stages/test_experiments.py", "stages/test_chain.py", "stages", "faults", "report", ".")


def pytest_configure():
    """A shell's background job ignores interrupts, and would have every program that a test starts ignore them too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Put the costliest files and folders first, and leave the order within them."""
    here = Path(__file__).parent
    items.sort(
        key=lambda item: next(rank for rank, name in enumerate(COSTLIEST) if item.path.is_relative_to(here / name))
    )
