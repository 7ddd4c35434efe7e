"""Parameters of the regression study."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.config.section import Count, Positive, Section, Share, require, spelt

VariantName = Annotated[
    str, spelt(r"[a-z][a-z-]{0,19}", "use up to 20 lower-case letters and hyphens, and begin with a letter")
]


class VariantParams(Section):
    """Variant of the regression model or of its training."""

    sigma: Literal["constant", "varying"]
    hidden: Annotated[tuple[Count, ...], Field(min_length=1)]
    """Units of each hidden layer of each network."""
    learning_rate: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Learning rate of the mean's network."""
    learning_rate_sigma: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Learning rate of the network for σ."""
    floor: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """Lower bound of σ(x)."""
    clip: Positive | None
    """Largest norm of each seed's gradient; null for no bound."""
    beta: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """Exponent β of the β-NLL loss, which weights each point by σ to the power 2β."""


class RegressParams(Section):
    """Regressions with constant and with varying noise."""

    points: Annotated[int, Field(ge=10, le=100_000)]
    """Points in the training set."""
    holdout: Count
    """Points in the holdout."""
    quiet: Positive
    """Standard deviation of the noise at x = 0."""
    loud: Positive
    """Standard deviation of the noise at the other end."""
    seeds: Annotated[int, Field(ge=2, le=10_000)]
    """Number of data sets, each with initial weights of its own."""
    steps: Annotated[int, Field(ge=10, le=10_000_000)]
    """Steps of full-batch training."""
    look_every: Count
    """Steps between two evaluations on the holdout."""
    settle: Count
    """Steps before dips are counted."""
    dip: Positive
    """Nats below the best value so far that count as a dip."""
    dip_share: Share
    """Share of the trace's range that counts as a dip by the relative definition."""
    bin: Positive
    """Width in nats of the bins of the best log likelihood so far in which variants are compared."""
    variants: dict[VariantName, VariantParams]

    @model_validator(mode="after")
    def _both_models_are_there(self) -> "RegressParams":
        for name in ("constant", "varying"):
            if name not in self.variants or self.variants[name].sigma != name:
                raise ValueError(
                    f"variants lacks {name!r} with sigma: {name}; add it, since all other variants are compared with it"
                )
        return self

    @model_validator(mode="after")
    def _steps_are_left(self) -> "RegressParams":
        require(self.settle < self.steps, f"settle = {self.settle} leaves none of steps = {self.steps}; lower it")
        require(
            self.look_every < self.steps,
            f"look_every = {self.look_every} leaves no evaluation after the first of steps = {self.steps}; lower it",
        )
        return self

    @model_validator(mode="after")
    def _noise_grows(self) -> "RegressParams":
        require(
            self.quiet < self.loud,
            f"quiet = {self.quiet} is not below loud = {self.loud}; lower it, since the noise grows from one "
            "to the other",
        )
        for name, variant in self.variants.items():
            require(
                variant.floor < self.loud,
                f"variants.{name}.floor = {variant.floor} is not below loud = {self.loud}, the largest standard "
                "deviation of the noise; lower it",
            )
        return self
