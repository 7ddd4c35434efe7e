"""Base class of all sections of params.yaml, number types that several sections use, and checks of related values.

The message of a check begins with a key of its section; `explain` puts the section's path before it.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=10_000_000)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """Section of params.yaml: immutable, with no key missing or unknown and no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def spelt(pattern: str, rule: str) -> AfterValidator:
    """Return a check of a text for the annotation of its type.

    Args:
        pattern: a regular expression that the whole text matches.
        rule: the same in words, as the message says what to do.
    """

    def check(text: str) -> str:
        require(re.fullmatch(pattern, text) is not None, rule)
        return text

    return AfterValidator(check)


def require(holds: bool, fault: str) -> None:
    """Check that two values agree.

    Args:
        holds: whether they do.
        fault: key and value, the other key and its value, and what to do.

    Raises:
        ValueError: they do not agree.
    """
    if not holds:
        raise ValueError(fault)


def require_ascending(key: str, values: Sequence[float]) -> None:
    """Check that every value is above the one before it.

    Raises:
        ValueError: one is not; a result by these values would be out of order, or there twice.
    """
    ascending = all(a < b for a, b in pairwise(values))
    require(ascending, f"{key} = {list(values)} is not ascending; write {sorted(set(values))}")


def require_distinct(key: str, values: Collection[object]) -> None:
    """Check that no value is listed twice.

    Raises:
        ValueError: one is.
    """
    for value in values:
        times = list(values).count(value)
        shown = list(value) if isinstance(value, tuple) else repr(value)
        require(times == 1, f"{key} has {shown} {times} times; keep one")
