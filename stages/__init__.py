"""One module a stage: read, call the library, write."""

import os

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # before torch loads OpenMP, whose spinning starves a shared machine
