"""Measurements of speed and accuracy; `python -m benchmarks.study` also writes those that the README quotes."""

import stages  # noqa: F401 (sets how OpenMP waits, before torch loads it)
