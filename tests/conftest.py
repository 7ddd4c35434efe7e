"""Check every shape and type in the signatures of `pipeline` while tests run, and let programs be interrupted.

Each test process computes on one thread, since there is one process per core. The slowest folders come first, so that
short tests are left to balance the load at the end. No example of a property has a time limit.
"""

import os
import signal
from pathlib import Path

from hypothesis import settings
from jaxtyping import install_import_hook

import tests.support.typechecker  # noqa: F401 (the hook looks for it in the module `tests.support`)

install_import_hook("pipeline", "tests.support.typechecker.check")

os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")
SLOWEST = (
    *(f"stages/test_{name}.py" for name in ("experiments", "replicate", "chain", "part", "torchrun", "study")),
    *("stages", "faults", "report", "."),
)


def pytest_configure():
    """Handle interrupts: a background job of a shell ignores them, and so would the programs that tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Put the slowest files and folders first, and keep the order within them."""
    here = Path(__file__).parent
    items.sort(
        key=lambda item: next(rank for rank, name in enumerate(SLOWEST) if item.path.is_relative_to(here / name))
    )
