"""Measurements of speed and accuracy; `python -m benchmarks.study --record` writes those that the README quotes."""

import stages  # noqa: F401 (sets how OpenMP waits, before torch loads it)
