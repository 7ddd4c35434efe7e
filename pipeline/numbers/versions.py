"""Versions of Python and of the libraries that made the numbers."""

import platform
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = (
    "torch",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "safetensors",
    "matplotlib",
    "seaborn",
    "dvc",
)
"""Libraries that can change a number or a figure."""


def version_numbers() -> dict[str, float | int | str]:
    """Return the versions of Python and of the installed libraries, by key, without importing any."""
    found: dict[str, float | int | str] = {"version.python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[f"version.{name}"] = version(name)
        except PackageNotFoundError:
            continue
    return found
