"""One module per stage: read, call the library, write."""

import os

# Before torch loads OpenMP: threads that spin for long slow down everything else on a shared machine.
os.environ.setdefault("GOMP_SPINCOUNT", "3000")
