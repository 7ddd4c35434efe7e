"""A section of params.yaml, and the kinds of number that stand in many of them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=10_000_000)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A mapping of params.yaml: no key missing, none unknown, none of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
