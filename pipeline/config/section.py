"""Base class of all sections of params.yaml, and number types that several sections use."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=1, le=10_000_000)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """Section of params.yaml: immutable, with no key missing or unknown and no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
