"""Which versions of which programs made the numbers."""

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
"""That take part in a number or a figure."""


def version_numbers() -> dict[str, float | int | str]:
    """The version of Python and of every library that is installed, without importing any."""
    found: dict[str, float | int | str] = {"version.python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[f"version.{name}"] = version(name)
        except PackageNotFoundError:
            continue
    return found
