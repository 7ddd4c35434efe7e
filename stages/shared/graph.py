"""The stages of dvc.yaml under the names by which DVC runs them."""

from collections.abc import Iterator, Mapping
from typing import Any


def stage_names(stages: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of all stages in the order of dvc.yaml: a `foreach` stage has one per key."""
    for name, stage in stages.items():
        over = stage.get("foreach")
        yield from (f"{name}@{key}" for key in parameter(params, over.strip("${}"))) if over else (name,)


def parameter(params: Any, key: str) -> Any:
    """Return the parameter under a dotted key, None if there is none; names of models have no dots."""
    for part in key.split("."):
        params = params.get(part) if isinstance(params, Mapping) else None
    return params
