"""Table of the diagnosis of a latent space: nested numbers, one per row."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

DIAGNOSIS = pa.schema({"quantity": pa.string(), "value": pa.float64()})
"""One row per number that `diagnose` returned; `quantity` is its keys, joined by dots."""

SURE = 0.9
"""Probability of a class from which on the classifier of real images finds an image clear."""
COUNTS = ("images", "latent", "active")
"""Last keys of the numbers that are integers."""


def flatten(found: Mapping[str, Any]) -> pd.DataFrame:
    """Return nested numbers as a table with one row each; a list is treated as a mapping from 0, 1, ...."""
    return pd.DataFrame(list(_leaves("", found)), columns=DIAGNOSIS.names)


def unflatten(table: pd.DataFrame) -> dict[str, Any]:
    """Return the nested numbers from whose table `flatten` was called; the inverse of `flatten`."""
    found: dict[str, Any] = {}
    for quantity, value in zip(table["quantity"], table["value"], strict=True):
        *outer, last = quantity.split(".")
        place = found
        for key in outer:
            place = place.setdefault(key, {})
        place[last] = int(value) if last in COUNTS else float(value)
    return {key: _restored(value) for key, value in found.items()}


def _leaves(prefix: str, value: Any) -> list[tuple[str, float]]:
    if isinstance(value, Mapping):
        return [leaf for key, one in value.items() for leaf in _leaves(f"{prefix}.{key}" if prefix else key, one)]
    if isinstance(value, list):
        return [leaf for place, one in enumerate(value) for leaf in _leaves(f"{prefix}.{place}", one)]
    return [(prefix, float(value))]


def _restored(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _restored(one) for key, one in value.items()}
    return list(inner.values()) if all(key.isdecimal() for key in inner) else inner
