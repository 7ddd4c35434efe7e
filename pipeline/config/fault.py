"""Explain in one line what is wrong with the values in params.yaml."""

from typing import get_args

from pydantic import BaseModel, ValidationError

from pipeline.config.params import Params
from pipeline.config.suggestion import did_you_mean, shorten


def explain(error: ValidationError) -> str:
    """Return the first fault, an unknown key before any other: where, what is wrong, and how many more there are."""
    first, *others = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        known = _keys_beside(first["loc"])
        line = f"unknown key {where}{did_you_mean(str(first['loc'][-1]), known)}; there are {', '.join(known)}"
    elif not where:
        line = problem
    elif first["type"] == "value_error" and isinstance(first["input"], dict):  # values of one section disagree
        line = f"{where}.{problem}"
    elif first["type"] == "missing":
        line = f"key {where} is missing; add it"
    else:
        line = f"{where} = {shorten(first['input'])}: {problem[0].lower()}{problem[1:]}"
    return line + (f" ({len(others)} more mistake{'s' * (len(others) > 1)})" if others else "")


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are allowed in the section to which `location` points."""
    section: type[BaseModel] = Params
    for part in location[:-1]:
        field = next((one for key, one in section.model_fields.items() if str(part) == (one.alias or key)), None)
        inner = field.annotation if field else None
        for candidate in (inner, *get_args(inner)):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                section = candidate
    return [field.alias or key for key, field in section.model_fields.items()]
