"""Helpers of all stages: the command line, the paths, progress, and reading the results of earlier stages."""
