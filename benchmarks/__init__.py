"""What prints the figures of speed that the README quotes."""

import stages  # noqa: F401 (sets how OpenMP waits, before torch loads it)
