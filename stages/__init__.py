"""One module a stage: read, call the library, write."""

import os

os.environ.setdefault(
    "GOMP_SPINCOUNT", "3000"
)  # before torch loads OpenMP: threads that spin long starve a shared machine
