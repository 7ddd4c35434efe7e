"""The regression whose noise depends on x."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.config.section import Count, Seconds, Section, Share


class VariantParams(Section):
    """One way to fit the regression: a model, and how it is trained."""

    sigma: Literal["constant", "varying"]
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Units of each hidden layer of each network."""
    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Of the mean's network."""
    learning_rate_sigma: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Of the noise's."""
    floor: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """Below which σ(x) cannot be."""
    clip: Seconds | None
    """Norm to which each seed's gradient is shortened."""
    beta: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """Power of σ² with which each point is weighted."""


class RegressParams(Section):
    """The regression whose noise depends on x, beside one whose noise does not."""

    points: Annotated[int, Field(ge=10, le=100_000)]
    """To be fitted."""
    holdout: Count
    """Points not fitted."""
    quiet: Seconds
    """Standard deviation of the noise at one end."""
    loud: Seconds
    """At the other."""
    seeds: Annotated[int, Field(ge=2, le=10_000)]
    """Data sets, each with initial weights of its own."""
    steps: Annotated[int, Field(ge=10, le=10_000_000)]
    """Of training, on all points."""
    look_every: Count
    """Steps between two looks at the holdout."""
    settle: Count
    """Steps before dips are counted."""
    dip: Seconds
    """Nats below the running best that make a dip."""
    dip_share: Share
    """Share of the trace's range that makes one by the relative measure."""
    variants: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,19}$")], VariantParams]

    @model_validator(mode="after")
    def _both_models_are_there(self) -> "RegressParams":
        for name in ("constant", "varying"):
            if name not in self.variants or self.variants[name].sigma != name:
                raise ValueError(f"variants has no {name!r} with sigma: {name}; all others are compared with it")
        if self.settle >= self.steps:
            raise ValueError(f"settle is {self.settle}, which leaves none of the {self.steps} steps")
        return self
